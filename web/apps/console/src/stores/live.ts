// The room somebody is running: its events, its stream's health, its showcase and its orders.
//
// Owns   the room's socket; `enter` opens it and `leave` closes it.
// Never  decides what a page looks like.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import {
  RoomSocket,
  type Card,
  type FlashSale,
  type FlashSaleDraft,
  type MediaTime,
  type Order,
  type Showcase,
  type SocketStatus,
  type Stream,
} from '@vitrine/sdk';
import { api } from '../api';
import { liveTotals, startOfDay, type LiveTotals } from '../logic/live-totals';
import { afterEvent, emptyRoom, flashKey } from '../logic/room-state';
import { appendSample, type HealthSample } from '../logic/stream-health';
import { useSession } from './session';
import { useShop } from './shop';

/** Orders looked through for the top bar; past these the figures say "at least". */
const ordersCounted = 1000;

export const useLive = defineStore('live', () => {
  const session = useSession();
  const shop = useShop();
  const room = ref('');
  const state = ref(emptyRoom());
  const status = ref<SocketStatus>('closed');
  const stream = shallowRef<Stream | null>(null);
  const history = shallowRef<HealthSample[]>([]);
  const showcase = shallowRef<Showcase | null>(null);
  const saleList = shallowRef<FlashSale[]>([]);
  const totals = ref<LiveTotals>({ orders: 0, paid: 0, testPaid: 0 });
  const flvUrl = ref('');
  let socket: RoomSocket | null = null;
  let streamName = '';

  const startedAt = computed(() => stream.value?.publisher?.started_at_ms ?? null);
  const nowShowing = computed(() => state.value.nowShowing?.product ?? null);

  /** The showcase with the newest stock the socket has told. */
  const cards = computed<Card[]>(() =>
    (showcase.value?.items ?? []).map((card) => ({
      ...card,
      variants: card.variants.map((variant) => {
        const told = state.value.stock[variant.sku];
        return told && told.version >= variant.stock.version ? { ...variant, stock: told } : variant;
      }),
    })),
  );

  /** A stream by token plays with the one this answer carries; it is good for a while only. */
  async function freshFlvUrl(): Promise<string> {
    return (await api.room(room.value)).flv_url;
  }

  /** The room's flash sales that are not over, with the newest figures the socket has told. */
  const sales = computed<FlashSale[]>(() =>
    saleList.value
      .filter((sale) => sale.state !== 'settled')
      .map((sale) => ({
        ...sale,
        items: sale.items.map((item) => {
          const told = state.value.flashStock[flashKey(sale.sale, item.sku)];
          return told && told.version >= item.stock.version ? { ...item, stock: told } : item;
        }),
      })),
  );

  async function enter(name: string): Promise<void> {
    leave();
    room.value = name;
    const known = await api.room(name);
    if (room.value !== name) return; // left while waiting
    streamName = known.stream;
    flvUrl.value = known.flv_url;
    state.value = {
      ...emptyRoom(),
      title: known.title,
      hostName: known.host_name,
      online: known.online,
      likes: known.likes,
      session: known.session,
    };
    await Promise.all([loadShowcase(), loadSales()]);
    if (room.value !== name) return;
    socket = new RoomSocket({
      room: name,
      listener: {
        event: (event, replayed) => {
          if (event.kind === 'capabilities') shop.told({ selling: event.selling, chat: event.chat });
          // What is replayed happened before the snapshot the page already shows.
          if (!replayed) state.value = afterEvent(state.value, event);
          const changes = event.kind === 'showcase_changed' || event.kind === 'price_revealed';
          if (changes && event.version !== showcase.value?.version) void loadShowcase();
          if (event.kind === 'flash_sale' || event.kind === 'snapshot') void loadSales();
          if (event.kind === 'snapshot' && event.showcase_version !== showcase.value?.version) void loadShowcase();
        },
        status: (now) => (status.value = now),
      },
    });
    socket.open();
  }

  function leave(): void {
    socket?.close();
    socket = null;
    room.value = '';
    streamName = '';
    stream.value = null;
    history.value = [];
    showcase.value = null;
    saleList.value = [];
    totals.value = { orders: 0, paid: 0, testPaid: 0 };
  }

  /** Looks at the stream once; meant to be called each second. */
  async function readStream(): Promise<void> {
    if (!streamName) return;
    const now = await api.stream(streamName);
    if (now.publisher?.started_at_ms !== stream.value?.publisher?.started_at_ms) history.value = [];
    stream.value = now;
    if (!now.publisher) return;
    const { bitrate_kbps, fps, keyframe_gap_ms } = now.publisher;
    history.value = appendSample(history.value, { bitrateKbps: bitrate_kbps, fps, keyframeGapMs: keyframe_gap_ms });
  }

  /** Orders since the picture came, or since midnight when nothing is live. */
  async function readOrders(): Promise<void> {
    if (!room.value || !session.may('order.read')) return;
    const since = startedAt.value ?? startOfDay(session.serverNow());
    const orders: Order[] = [];
    let cursor: string | null = null;
    do {
      const page = await api.shopOrders({ limit: 100, ...(cursor ? { cursor } : {}) });
      orders.push(...page.items);
      const oldest = page.items.at(-1);
      cursor = oldest && oldest.created_at_ms >= since ? page.next : null;
    } while (cursor && orders.length < ordersCounted);
    totals.value = liveTotals(orders, room.value, since);
  }

  async function loadShowcase(): Promise<void> {
    showcase.value = await api.showcase(room.value);
  }

  async function loadSales(): Promise<void> {
    const name = room.value;
    const page = await api.shopFlashSales({ room: name, limit: 20 });
    if (room.value === name) saleList.value = page.items;
  }

  /** Sets a sale up: without a start it opens now, with one it is announced. */
  async function addSale(draft: FlashSaleDraft): Promise<void> {
    const made = await api.addFlashSale(draft);
    try {
      await moveSale(made.sale, draft.starts_at_ms ? 'schedule' : 'start');
    } catch (refusal) {
      // What could not begin is no use as a draft: the form is still there to correct.
      await api.removeFlashSale(made.sale).catch(() => undefined);
      throw refusal;
    }
  }

  async function moveSale(sale: string, step: Parameters<typeof api.moveFlashSale>[1]): Promise<void> {
    await api.moveFlashSale(sale, step);
    await loadSales();
  }

  /** Sets the products and their order; the list moves at once and goes back when the server refuses. */
  async function setProducts(products: string[]): Promise<void> {
    const before = showcase.value;
    if (before) {
      const byId = new Map(before.items.map((card) => [card.product, card]));
      const items = products.flatMap((product) => byId.get(product) ?? []);
      showcase.value = { ...before, items: items.map((card, index) => ({ ...card, number: index + 1 })) };
    }
    try {
      showcase.value = await api.setShowcase(room.value, products);
    } catch (refusal) {
      showcase.value = before;
      throw refusal;
    }
  }

  async function show(product: string, playhead: MediaTime | null): Promise<void> {
    const shown = await api.show(room.value, product, playhead);
    state.value = { ...state.value, nowShowing: shown };
  }

  async function hide(): Promise<void> {
    await api.hide(room.value);
    state.value = { ...state.value, nowShowing: null };
  }

  async function openPrice(product: string, playhead: MediaTime | null): Promise<void> {
    await api.openPrice(room.value, product, playhead);
    await loadShowcase();
  }

  async function changeStock(sku: string, change: number, reason: string): Promise<void> {
    const now = await api.changeStock(sku, { change, reason });
    const told = { sku, free: now.stock.free, held: now.stock.held, version: now.version };
    const { online, likes } = state.value;
    state.value = afterEvent(state.value, { kind: 'state', online, likes, stock: [told] });
  }

  async function say(text: string): Promise<boolean> {
    if (!socket) return false;
    await socket.chat(text);
    return true;
  }

  return {
    room,
    state,
    status,
    stream,
    history,
    showcase,
    cards,
    sales,
    totals,
    flvUrl,
    freshFlvUrl,
    startedAt,
    nowShowing,
    enter,
    leave,
    readStream,
    readOrders,
    loadShowcase,
    addSale,
    moveSale,
    setProducts,
    show,
    hide,
    openPrice,
    changeStock,
    say,
  };
});
