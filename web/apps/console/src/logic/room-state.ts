// What the console knows of a room, event by event. Pure; the socket lives in @vitrine/sdk.
//
// Unlike a viewer's page it applies everything at once: the host works ahead of the picture.
import type { ChatEvent, DroppedCoupon, FlashStockState, LiveSession, NowShowing, PollCard, PollCounts, ServerEvent, StockState } from '@vitrine/sdk';

/** Older messages leave the page, not the record. */
export const CHAT_KEPT = 300;

export interface RoomState {
  live: boolean;
  title: string;
  hostName: string;
  online: number;
  likes: number;
  nowShowing: NowShowing | null;
  session: LiveSession | null;
  polls: PollCard[];
  /** Raised by each change of the room's questions: what is shown of them is asked for. */
  questions: number;
  /** Dropped into the room; those whose time is over stay until the next snapshot. */
  coupons: DroppedCoupon[];
  showcaseVersion: number;
  chat: ChatEvent[];
  stock: Record<string, StockState>;
  /** By sale and SKU, "fls_... sku_...". */
  flashStock: Record<string, FlashStockState>;
  /** False after chat was lost between two connections; the pane says so. */
  chatComplete: boolean;
}

export function emptyRoom(): RoomState {
  return {
    live: false,
    title: '',
    hostName: '',
    online: 0,
    likes: 0,
    nowShowing: null,
    session: null,
    polls: [],
    questions: 0,
    coupons: [],
    showcaseVersion: 0,
    chat: [],
    stock: {},
    flashStock: {},
    chatComplete: true,
  };
}

/** Newer stock wins by its version; the same figures may arrive twice and late. */
function withStock(known: RoomState['stock'], news: readonly StockState[]): RoomState['stock'] {
  const stock = { ...known };
  for (const item of news) {
    const before = stock[item.sku];
    if (!before || item.version >= before.version) stock[item.sku] = item;
  }
  return stock;
}

export const flashKey = (sale: string, sku: string): string => `${sale} ${sku}`;

function withFlash(known: RoomState['flashStock'], news: readonly FlashStockState[]): RoomState['flashStock'] {
  const stock = { ...known };
  for (const item of news) {
    const before = stock[flashKey(item.sale, item.sku)];
    if (!before || item.version >= before.version) stock[flashKey(item.sale, item.sku)] = item;
  }
  return stock;
}

/** A result is final: counts told before it come too late. */
function withCounts(known: readonly PollCard[], news: readonly PollCounts[]): PollCard[] {
  return known.map((poll) => {
    const told = poll.state === 'open' ? news.find((one) => one.poll === poll.poll) : undefined;
    return told ? { ...poll, counts: told.counts } : poll;
  });
}

function withChat(chat: readonly ChatEvent[], message: ChatEvent): ChatEvent[] {
  if (chat.some((known) => known.id === message.id)) return [...chat];
  return [...chat, message].slice(-CHAT_KEPT);
}

/** The room after one event; events the console has no use for change nothing. */
export function afterEvent(room: RoomState, event: ServerEvent): RoomState {
  switch (event.kind) {
    case 'snapshot':
      return {
        live: event.live,
        title: event.title,
        hostName: event.host_name,
        online: event.online,
        likes: event.likes,
        nowShowing: event.now_showing,
        session: event.session,
        polls: event.polls,
        questions: room.questions + 1,
        coupons: event.coupons,
        showcaseVersion: event.showcase_version,
        chat: event.chat,
        stock: withStock({}, event.stock),
        flashStock: withFlash({}, event.flash_stock),
        chatComplete: true,
      };
    case 'gap':
      return { ...room, chatComplete: false };
    case 'chat':
      return { ...room, chat: withChat(room.chat, event) };
    case 'chat_deleted':
      return { ...room, chat: room.chat.filter((message) => message.id !== event.id) };
    case 'product_shown':
      return { ...room, nowShowing: { product: event.product, at_ms: event.at_ms, media: event.media } };
    case 'product_hidden':
      return { ...room, nowShowing: null };
    case 'price_revealed':
    case 'showcase_changed':
      return { ...room, showcaseVersion: event.version };
    case 'session':
      return { ...room, session: event };
    case 'poll':
      return { ...room, polls: [...room.polls.filter((poll) => poll.poll !== event.poll), event] };
    case 'question':
    case 'questions':
      return { ...room, questions: room.questions + 1 };
    case 'coupon': {
      const others = room.coupons.filter((one) => one.coupon !== event.coupon);
      return { ...room, coupons: event.state === 'shown' ? [...others, event] : others };
    }
    case 'live':
      return { ...room, live: event.live };
    case 'room_changed':
      return { ...room, title: event.title, hostName: event.host_name };
    case 'state':
      return {
        ...room,
        online: event.online,
        likes: event.likes,
        stock: withStock(room.stock, event.stock),
        flashStock: event.flash_stock ? withFlash(room.flashStock, event.flash_stock) : room.flashStock,
        polls: event.polls ? withCounts(room.polls, event.polls) : room.polls,
        coupons: room.coupons.map((one) => ({ ...one, ...event.coupons?.find((told) => told.coupon === one.coupon) })),
      };
    default:
      return room;
  }
}
