import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatEvent, ServerEvent, SnapshotEvent } from './events';
import { RoomSocket, type SocketLike, type SocketStatus } from './room-socket';

class FakeSocket implements SocketLike {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {}
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  receive(...events: unknown[]): void {
    this.onmessage?.({ data: JSON.stringify(events) });
  }
  of(kind: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.kind === kind);
  }
}

const me = 'gst_me';

function snapshot(seq: number, over: Partial<SnapshotEvent> = {}): SnapshotEvent {
  return {
    kind: 'snapshot', epoch: 1, seq, server_time_ms: Date.now(), room: 'demo', title: '', host_name: '', live: true,
    you: { id: me, name: 'me', kind: 'guest', muted_until_ms: null, role: null }, online: 1, likes: 0,
    capabilities: { selling: true, chat: true }, now_showing: null, showcase_version: 1, stock: [],
    flash_sales: [], flash_stock: [], session: null, polls: [], questions: { open: false, items: [] }, coupons: [], chat: [],
    limits: { chat_chars: 100, slow_mode_s: 0, chat_interval_ms: 1000 }, ...over,
  };
}

function chat(seq: number, text = `line ${seq}`, from = 'gst_other', epoch = 1): ChatEvent {
  return { kind: 'chat', epoch, seq, id: `msg_${epoch}_${seq}`, from: { id: from, name: 'o', role: null }, text, at_ms: 0 };
}

describe('RoomSocket', () => {
  let sockets: FakeSocket[];
  let seen: ServerEvent[];
  let replayed: ServerEvent[];
  let statuses: SocketStatus[];
  let room: RoomSocket;
  const newest = (): FakeSocket => sockets[sockets.length - 1]!;
  const seqs = (): number[] => seen.filter((event) => event.kind === 'chat').map((event) => (event as ChatEvent).seq);

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    seen = [];
    replayed = [];
    statuses = [];
    room = new RoomSocket({
      room: 'demo',
      base: 'ws://host',
      random: () => 1,
      connect: (url) => {
        sockets.push(new FakeSocket(url));
        return newest();
      },
      listener: {
        event: (event, again) => void (again ? replayed : seen).push(event),
        status: (status) => void statuses.push(status),
      },
    });
    room.open();
    newest().onopen?.();
  });

  afterEach(() => {
    room.close();
    vi.useRealTimers();
  });

  it('resumes after a lost connection from the last numbered event, with nothing doubled', () => {
    newest().receive(snapshot(5));
    newest().receive(chat(6), chat(7));
    newest().onclose?.();
    expect(statuses.at(-1)).toBe('waiting');
    vi.advanceTimersByTime(500);
    expect(newest().url).toBe('ws://host/v1/rooms/demo/socket?epoch=1&seq=7');
    newest().receive({ kind: 'resumed', epoch: 1, seq: 9, server_time_ms: 0 }, chat(7), chat(8));
    newest().receive(chat(9));
    expect(seqs()).toEqual([6, 7, 8, 9]);
  });

  it('finds a hole in the numbers, resumes from before it, and hands on the missed event first', () => {
    newest().receive(snapshot(5));
    newest().receive(chat(7), chat(8));
    expect(seqs()).toEqual([]);
    expect(newest().url).toContain('seq=5');
    newest().receive({ kind: 'resumed', epoch: 1, seq: 8, server_time_ms: 0 }, chat(6), chat(7), chat(8));
    expect(seqs()).toEqual([6, 7, 8]);
  });

  it('believes the server when the same hole is there again, instead of resuming for ever', () => {
    newest().receive(snapshot(5));
    newest().receive(chat(7));
    newest().receive({ kind: 'resumed', epoch: 1, seq: 7, server_time_ms: 0 }, chat(7));
    expect(seqs()).toEqual([7]);
    expect(sockets).toHaveLength(2);
  });

  it('hands on the control rows after a gap once, marked as replayed', () => {
    newest().receive(snapshot(5));
    newest().onclose?.();
    vi.advanceTimersByTime(500);
    const shown = { kind: 'product_shown', epoch: 1, seq: 40, product: 'prd_1', at_ms: 0, media: null };
    newest().receive(snapshot(90, { epoch: 2 }), { kind: 'gap', from_epoch: 1, from_seq: 5 }, shown, shown);
    newest().receive(chat(91, 'new', 'gst_other', 2));
    expect(replayed).toHaveLength(1);
    expect(seqs()).toEqual([91]);
  });

  it('waits longer after each failed attempt, up to 2.5 s for 20 s and then 15 s, and starts over once welcomed', () => {
    const pauses: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      newest().onclose?.();
      const before = sockets.length;
      let waited_ms = 0;
      while (sockets.length === before) {
        vi.advanceTimersByTime(100);
        waited_ms += 100;
      }
      pauses.push(waited_ms);
    }
    expect(pauses).toEqual([500, 1000, 2000, ...Array<number>(7).fill(2500), 15000, 15000]);
    newest().receive(snapshot(1));
    newest().onclose?.();
    vi.advanceTimersByTime(500);
    expect(newest().closed).toBe(false);
    expect(statuses.at(-1)).toBe('connecting');
  });

  it('calls a connection lost after 25 s of silence', () => {
    newest().receive(snapshot(1));
    const first = newest();
    vi.advanceTimersByTime(31_000);
    expect(first.closed).toBe(true);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it('keeps a line written offline and sends it after the missed events have come', async () => {
    newest().receive(snapshot(1));
    newest().onclose?.();
    const sent = room.chat('hello');
    vi.advanceTimersByTime(500);
    newest().onopen?.();
    newest().receive({ kind: 'resumed', epoch: 1, seq: 3, server_time_ms: 0 }, chat(2));
    expect(newest().of('chat')).toEqual([]);
    newest().receive(chat(3));
    expect(newest().of('chat')).toMatchObject([{ text: 'hello' }]);
    newest().receive({ kind: 'ack', ref: newest().of('chat')[0]!.ref, id: 'msg_9' });
    await expect(sent).resolves.toMatchObject({ id: 'msg_9' });
  });

  it('does not send a line twice when only its answer was lost', async () => {
    newest().receive(snapshot(1));
    const sent = room.chat('hello');
    newest().onclose?.();
    vi.advanceTimersByTime(500);
    newest().receive({ kind: 'resumed', epoch: 1, seq: 2, server_time_ms: 0 }, chat(2, 'hello', me));
    await expect(sent).resolves.toMatchObject({ id: 'msg_1_2' });
    expect(newest().of('chat')).toEqual([]);
  });

  it('hands on the own line that the others are not shown, without moving its place', async () => {
    newest().receive(snapshot(1));
    const sent = room.chat('hello');
    newest().receive({ kind: 'own_chat', id: 'msg_7', from: { id: me, name: 'me', role: null }, text: 'hello', at_ms: 0 });
    await expect(sent).resolves.toMatchObject({ id: 'msg_7' });
    expect(seen.at(-1)).toMatchObject({ kind: 'own_chat', text: 'hello' });
    newest().onclose?.();
    vi.advanceTimersByTime(500);
    expect(newest().url).toContain('epoch=1&seq=1');
  });

  it('says why a line was refused', async () => {
    newest().receive(snapshot(1));
    const sent = room.chat('spam');
    newest().receive({ kind: 'error', ref: newest().of('chat')[0]!.ref, slug: 'rooms.word_blocked', detail: '' });
    await expect(sent).rejects.toMatchObject({ slug: 'rooms.word_blocked' });
  });

  it('sends at most one like message each 500 ms and loses no tap', () => {
    newest().receive(snapshot(1));
    for (let i = 0; i < 30; i += 1) {
      room.like();
      vi.advanceTimersByTime(50);
    }
    vi.advanceTimersByTime(500);
    const counts = newest().of('like').map((message) => Number(message.count));
    expect(counts.length).toBeLessThanOrEqual(4);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
  });

  it('takes the server clock from the quickest ping', () => {
    newest().receive(snapshot(1));
    const slow_ms = Date.now();
    vi.advanceTimersByTime(800);
    newest().receive({ kind: 'pong', t: slow_ms, server_time_ms: slow_ms + 100_000 + 700 });
    const quick_ms = Date.now();
    vi.advanceTimersByTime(20);
    newest().receive({ kind: 'pong', t: quick_ms, server_time_ms: quick_ms + 100_000 + 10 });
    expect(room.clock.offset_ms()).toBe(100_000);
    expect(room.clock.rtt_ms()).toBe(20);
  });
});
