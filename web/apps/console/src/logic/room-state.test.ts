import type { ChatEvent, ServerEvent } from '@vitrine/sdk';
import { describe, expect, it } from 'vitest';
import { afterEvent, CHAT_KEPT, emptyRoom, type RoomState } from './room-state';

const line = (seq: number): ChatEvent => ({
  kind: 'chat',
  epoch: 1,
  seq,
  id: `msg_${seq}`,
  from: { id: 'gst_1', name: 'b', role: null },
  text: 'hello',
  at_ms: seq,
});

const after = (events: ServerEvent[], start: RoomState = emptyRoom()) => events.reduce(afterEvent, start);

describe('the room as the console sees it', () => {
  it('shows each message once, and none that was deleted', () => {
    const room = after([line(1), line(2), line(2), { kind: 'chat_deleted', epoch: 1, seq: 3, id: 'msg_1' }]);
    expect(room.chat.map((message) => message.id)).toEqual(['msg_2']);
  });

  it('keeps the newest messages only', () => {
    const room = after(Array.from({ length: CHAT_KEPT + 3 }, (_, index) => line(index)));
    expect(room.chat).toHaveLength(CHAT_KEPT);
    expect(room.chat[0]?.id).toBe('msg_3');
  });

  it('lets newer stock win however late the older arrives', () => {
    const room = after([
      { kind: 'state', online: 0, likes: 0, stock: [{ sku: 'sku_1', free: 4, held: 1, version: 9 }] },
      { kind: 'state', online: 0, likes: 0, stock: [{ sku: 'sku_1', free: 5, held: 0, version: 8 }] },
    ]);
    expect(room.stock.sku_1?.free).toBe(4);
  });

  it('takes likes and presence as they are told', () => {
    const room = after([
      { kind: 'state', online: 7, likes: 70, stock: [] },
      { kind: 'state', online: 7, likes: 70, stock: [] },
    ]);
    expect([room.online, room.likes]).toEqual([7, 70]);
  });

  it('follows what is being shown', () => {
    const shown = after([{ kind: 'product_shown', epoch: 1, seq: 4, product: 'prd_1', at_ms: 5, media: null }]);
    expect(shown.nowShowing?.product).toBe('prd_1');
    const hidden = after(
      [{ kind: 'product_hidden', epoch: 1, seq: 5, product: 'prd_1', at_ms: 6, media: null }],
      shown,
    );
    expect(hidden.nowShowing).toBeNull();
  });

  it('says when chat was lost between two connections', () => {
    expect(after([{ kind: 'gap', from_epoch: 1, from_seq: 3 }]).chatComplete).toBe(false);
  });
});
