import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useRoom } from './room';

vi.mock('../app/say', () => ({ say: () => undefined }));

const price = { amount: 5900, currency: 'CNY' };
const card = {
  product: 'prd_1', number: 1, name: 'Mug', description: '', pictures: [], sold_out: false,
  variants: [{ sku: 'sku_1', name: 'White', price, price_version: 1, stock: { free: 8, held: 0, version: 3 } }],
};

class FakeSocket {
  static newest: FakeSocket;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.newest = this;
  }
  send(): void {}
  close(): void {}
  receive(...events: object[]): void {
    this.onmessage?.({ data: JSON.stringify(events) });
  }
}

function snapshot(over: object = {}): object {
  return {
    kind: 'snapshot', epoch: 1, seq: 10, server_time_ms: 0, room: 'demo', title: 'Autumn', host_name: 'May', live: true,
    you: { id: 'gst_1', name: 'g', kind: 'guest', muted_until_ms: null, role: null }, online: 3, likes: 5,
    capabilities: { selling: true, chat: true }, now_showing: null, showcase_version: 1, stock: [], flash_sales: [], flash_stock: [], session: null, polls: [], questions: { open: false, items: [] }, coupons: [], chat: [],
    limits: { chat_chars: 50, chat_interval_ms: 1000 }, ...over,
  };
}

const shown = (seq: number, pts_s: number | null): object => ({
  kind: 'product_shown', epoch: 1, seq, product: 'prd_1', at_ms: seq,
  media: pts_s === null ? null : { epoch: 1, pts90k: pts_s * 90_000 },
});

describe('the room as the page sees it', () => {
  let room: ReturnType<typeof useRoom>;
  let asked: string[];
  let answers: Record<string, object>;

  beforeEach(async () => {
    vi.useFakeTimers();
    setActivePinia(createPinia());
    asked = [];
    answers = {
      '/v1/rooms/demo': { room: 'demo', title: 'Autumn', host_name: 'May', stream: 'demo', live: true, online: 1, likes: 1, flv_url: '/live/demo.flv' },
      '/v1/rooms/demo/showcase': { version: 1, items: [card], now_showing: null },
    };
    vi.stubGlobal('WebSocket', FakeSocket);
    vi.stubGlobal('fetch', async (path: string) => {
      asked.push(path);
      const body = answers[path];
      return new Response(JSON.stringify(body ?? { slug: 'rooms.not_found', status: 404 }), { status: body ? 200 : 404 });
    });
    room = useRoom();
    await room.enter('demo');
  });

  afterEach(() => {
    room.leave();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('shows a product when the picture gets there', () => {
    let playhead_s = 100;
    room.followPlayhead(() => ({ epoch: 1, pts90k: playhead_s * 90_000 }));
    FakeSocket.newest.receive(snapshot());
    FakeSocket.newest.receive(shown(11, 102));
    vi.advanceTimersByTime(1_000);
    expect(room.shownCard).toBeNull();
    playhead_s = 102;
    vi.advanceTimersByTime(100);
    expect(room.shownCard?.name).toBe('Mug');
  });

  it('shows a price that opened when the picture gets there, and asks for it before', async () => {
    let playhead_s = 100;
    room.followPlayhead(() => ({ epoch: 1, pts90k: playhead_s * 90_000 }));
    const hidden = { ...card, price_hidden: true, variants: card.variants.map((one) => ({ ...one, price: null, price_version: 0 })) };
    answers['/v1/rooms/demo/showcase'] = { version: 1, items: [hidden], now_showing: null };
    await room.loadShowcase();
    FakeSocket.newest.receive(snapshot());
    answers['/v1/rooms/demo/showcase'] = { version: 2, items: [card], now_showing: null };
    asked = [];
    FakeSocket.newest.receive({
      kind: 'price_revealed', epoch: 1, seq: 11, product: 'prd_1', version: 2, at_ms: 1, media: { epoch: 1, pts90k: 102 * 90_000 },
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual(['/v1/rooms/demo/showcase']);
    expect(room.cards[0]?.variants[0]?.price).toBeNull();
    playhead_s = 102;
    await vi.advanceTimersByTimeAsync(100);
    expect(room.cards[0]?.variants[0]?.price).toEqual(price);
    expect(asked).toHaveLength(1);
  });

  it('keeps a price that is not open from the page, also where staff are told it', async () => {
    answers['/v1/rooms/demo/showcase'] = { version: 2, items: [{ ...card, price_hidden: true }], now_showing: null };
    await room.loadShowcase();
    expect(room.cards[0]?.variants[0]?.price).toBeNull();
  });

  it('takes only newer stock', () => {
    FakeSocket.newest.receive(snapshot());
    FakeSocket.newest.receive({ kind: 'state', online: 0, likes: 0, stock: [{ sku: 'sku_1', free: 6, held: 2, version: 5 }] });
    FakeSocket.newest.receive({ kind: 'state', online: 0, likes: 0, stock: [{ sku: 'sku_1', free: 8, held: 0, version: 4 }] });
    expect(room.stockOf('sku_1')).toMatchObject({ free: 6, held: 2 });
  });

  it('takes a deleted line away and keeps one of each after a fresh snapshot', () => {
    const line = (seq: number): object => ({ kind: 'chat', epoch: 1, seq, id: `msg_${seq}`, from: { id: 'a', name: 'a', role: null }, text: 't', at_ms: 0 });
    FakeSocket.newest.receive(snapshot());
    FakeSocket.newest.receive(line(11), line(12), { kind: 'chat_deleted', epoch: 1, seq: 13, id: 'msg_11' });
    FakeSocket.newest.receive(snapshot({ seq: 14, chat: [line(12), line(14)] }));
    expect(room.lines.map((one) => one.id)).toEqual(['msg_12', 'msg_14']);
  });

  it('merges the same news from several people into one line', () => {
    const notice = (seq: number, name: string): object => ({ kind: 'notice', epoch: 1, seq, text_key: 'bought', name, product: 'prd_1' });
    FakeSocket.newest.receive(snapshot());
    FakeSocket.newest.receive(notice(11, 'b***1'), notice(12, 'c***2'));
    expect(room.notice).toMatchObject({ key: 'bought', name: 'c***2', people: 2 });
  });

  it('follows a capability within the event', () => {
    FakeSocket.newest.receive(snapshot());
    FakeSocket.newest.receive({ kind: 'capabilities', epoch: 1, seq: 11, selling: false, chat: true });
    expect(room.capabilities).toEqual({ selling: false, chat: true });
  });

  it('asks for the showcase once it changed', async () => {
    FakeSocket.newest.receive(snapshot());
    const before = asked.length;
    FakeSocket.newest.receive({ kind: 'showcase_changed', epoch: 1, seq: 11, version: 2 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.slice(before)).toEqual(['/v1/rooms/demo/showcase']);
  });

  it('knows ended from not yet started', () => {
    FakeSocket.newest.receive(snapshot());
    FakeSocket.newest.receive({ kind: 'live', epoch: 1, seq: 11, live: false });
    expect([room.live, room.wasLive]).toEqual([false, true]);
  });

  it('says when there is no such room', async () => {
    await room.enter('nope');
    expect(room.missing?.status).toBe(404);
  });
});
