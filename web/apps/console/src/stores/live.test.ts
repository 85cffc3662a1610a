import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Card, Me, Room, RoomListener, Showcase } from '@vitrine/sdk';

const { api, rooms } = vi.hoisted(() => ({
  api: {
    me: vi.fn(),
    room: vi.fn(),
    showcase: vi.fn(),
    setShowcase: vi.fn(),
    stream: vi.fn(),
    shopOrders: vi.fn(),
    shopFlashSales: vi.fn(),
    changeStock: vi.fn(),
  },
  rooms: [] as RoomListener[],
}));
vi.mock('../api', () => ({ api }));
vi.mock('@vitrine/sdk', () => ({
  RoomSocket: class {
    constructor(options: { listener: RoomListener }) {
      rooms.push(options.listener);
    }
    open() {}
    close() {}
  },
}));

import { useLive } from './live';
import { useSession } from './session';

const card = (product: string, free: number): Card =>
  ({
    product,
    number: 1,
    name: product,
    variants: [{ sku: `sku_${product}`, stock: { free, held: 0, version: 5 } }],
  }) as Card;
const showcase: Showcase = { version: 1, items: [card('a', 4), card('b', 4)], now_showing: null };

describe('the live page’s store', () => {
  beforeEach(async () => {
    setActivePinia(createPinia());
    vi.clearAllMocks();
    api.shopFlashSales.mockResolvedValue({ items: [], next: null });
    api.room.mockResolvedValue({
      room: 'demo',
      stream: 'demo',
      flv_url: '/live/demo.flv',
      online: 0,
      likes: 0,
    } as Room);
    api.showcase.mockResolvedValue(showcase);
    api.me.mockResolvedValue({ staff: { rights: ['order.read'] }, server_time_ms: Date.now() } as unknown as Me);
    await useSession().load();
    await useLive().enter('demo');
  });

  it('shows the stock the socket told last, and not an older one', () => {
    const live = useLive();
    const tell = (free: number, version: number) =>
      rooms.at(-1)?.event({ kind: 'state', online: 0, likes: 0, stock: [{ sku: 'sku_a', free, held: 1, version }] }, false);
    tell(3, 6);
    expect(live.cards[0]?.variants[0]?.stock.free).toBe(3);
    tell(4, 5);
    expect(live.cards[0]?.variants[0]?.stock.free).toBe(3);
  });

  it('moves a product at once and back again when the server refuses', async () => {
    const live = useLive();
    api.setShowcase.mockRejectedValue(new Error('refused'));
    const saving = live.setProducts(['b', 'a']);
    expect(live.cards.map((one) => one.product)).toEqual(['b', 'a']);
    await expect(saving).rejects.toThrow('refused');
    expect(live.cards.map((one) => one.product)).toEqual(['a', 'b']);
  });

  it('loads the showcase again only when its version is news', () => {
    const tell = (version: number) =>
      rooms.at(-1)?.event({ kind: 'showcase_changed', epoch: 1, seq: version, version }, false);
    tell(1);
    expect(api.showcase).toHaveBeenCalledTimes(1);
    tell(2);
    expect(api.showcase).toHaveBeenCalledTimes(2);
  });

  it('begins a new history when another encoder comes', async () => {
    const live = useLive();
    const from = (started_at_ms: number) => ({
      stream: 'demo',
      state: 'live',
      publisher: { started_at_ms, bitrate_kbps: 1, fps: 1, keyframe_gap_ms: 1 },
    });
    api.stream.mockResolvedValueOnce(from(1)).mockResolvedValueOnce(from(1)).mockResolvedValueOnce(from(2));
    await live.readStream();
    await live.readStream();
    expect(live.history).toHaveLength(2);
    await live.readStream();
    expect(live.history).toHaveLength(1);
  });

  it('reads orders page by page, back to the start of the live and no further', async () => {
    const order = (created_at_ms: number) => ({
      room: 'demo',
      state: 'paid',
      test: false,
      created_at_ms,
      total: { amount: 100 },
    });
    api.stream.mockResolvedValue({ stream: 'demo', state: 'live', publisher: { started_at_ms: 1000 } });
    api.shopOrders
      .mockResolvedValueOnce({ items: [order(3000), order(2000)], next: 'more' })
      .mockResolvedValueOnce({ items: [order(1500), order(500)], next: 'older' });
    const live = useLive();
    await live.readStream();
    await live.readOrders();
    expect(api.shopOrders).toHaveBeenCalledTimes(2);
    expect(live.totals).toEqual({ orders: 3, paid: 300, testPaid: 0 });
  });
});
