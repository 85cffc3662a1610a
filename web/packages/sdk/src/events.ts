// The room's WebSocket in words: what the server sends and what a page may say.
//
// Owns   the types of every frame of /v1/rooms/ROOM/socket; a server frame is an array of ServerEvent.
// Never  holds HTTP data types (types.ts) or behaviour (room-socket.ts).

import type { Capabilities, CouponOff, FlashState, LiveSession, Money, NowShowing, MediaTime, OrderState, Role, RoomEntry } from './types';

export interface ChatAuthor {
  id: string;
  name: string;
  role: Role | null;
}

export interface StockState {
  sku: string;
  free: number;
  held: number;
  version: number;
}

/** What is left of one variant of a flash sale. */
export interface FlashStockState {
  sale: string;
  sku: string;
  free: number;
  held: number;
  sold: number;
  version: number;
}

/** A flash sale as its card needs it; what is left of it comes apart, as state. */
export interface FlashCard {
  sale: string;
  version: number;
  state: FlashState;
  preheat_at_ms: number;
  opens_at_ms: number;
  ends_at_ms: number;
  per_buyer: number;
  per_order: number;
  items: FlashCardItem[];
  at_ms: number;
}

export interface FlashCardItem {
  sku: string;
  product: string;
  name: string;
  variant: string;
  picture: string | null;
  price: Money;
  list_price: Money;
  units: number;
}

/** A poll and the votes of each option. */
export interface PollCard {
  poll: string;
  question: string;
  options: string[];
  state: 'open' | 'closed';
  counts: number[];
}

export interface PollCounts {
  poll: string;
  counts: number[];
}

/** A question the room sees; by name only. */
export interface QuestionCard {
  question: string;
  state: 'shown' | 'answered' | 'closed';
  name: string;
  text: string;
  /** Empty when the host answered aloud. */
  answer: string;
  pinned: boolean;
  at_ms: number;
}

/** A coupon the host dropped into the room: its card is there until ends_at_ms. */
export interface DroppedCoupon {
  coupon: string;
  state: 'shown' | 'withdrawn';
  name: string;
  off: CouponOff;
  quota: number;
  left: number;
  /** Whether it can be claimed: neither paused nor ended. */
  open: boolean;
  per_buyer: number;
  at_ms: number;
  ends_at_ms: number;
}

export interface CouponLeft {
  coupon: string;
  left: number;
  open: boolean;
}

export interface You {
  id: string;
  name: string;
  kind: 'guest' | 'buyer';
  muted_until_ms: number | null;
  role: Role | null;
}

export interface ChatLimits {
  chat_chars: number;
  chat_interval_ms: number;
  /** One line a viewer in this time; 0 while slow mode is off. */
  slow_mode_s: number;
}

interface Numbered {
  epoch: number;
  seq: number;
}

export interface SnapshotEvent extends Numbered {
  kind: 'snapshot';
  server_time_ms: number;
  room: string;
  title: string;
  host_name: string;
  live: boolean;
  you: You;
  online: number;
  likes: number;
  capabilities: Capabilities;
  now_showing: NowShowing | null;
  showcase_version: number;
  stock: StockState[];
  flash_sales: FlashCard[];
  flash_stock: FlashStockState[];
  /** The newest one; null before the first. */
  session: LiveSession | null;
  /** Open ones, and the newest result. */
  polls: PollCard[];
  questions: { open: boolean; items: QuestionCard[] };
  coupons: DroppedCoupon[];
  chat: ChatEvent[];
  limits: ChatLimits;
}

export interface ResumedEvent extends Numbered {
  kind: 'resumed';
  server_time_ms: number;
}

/** Chat between from_seq and the snapshot is lost; control events were sent again. */
export interface GapEvent {
  kind: 'gap';
  from_epoch: number;
  from_seq: number;
}

export interface ChatEvent extends Numbered {
  kind: 'chat';
  id: string;
  from: ChatAuthor;
  text: string;
  at_ms: number;
}

/** Our own line, which a hot room's budget left out for the others: it has no number and is in no snapshot. */
export interface OwnChatEvent {
  kind: 'own_chat';
  id: string;
  from: ChatAuthor;
  text: string;
  at_ms: number;
}

/** A line on the screen. */
export type ChatLine = ChatEvent | OwnChatEvent;

export interface ChatDeletedEvent extends Numbered {
  kind: 'chat_deleted';
  id: string;
}

export interface ProductShownEvent extends Numbered {
  kind: 'product_shown';
  product: string;
  at_ms: number;
  media: MediaTime | null;
}

export interface ProductHiddenEvent extends Numbered {
  kind: 'product_hidden';
  product: string;
  at_ms: number;
  media: MediaTime | null;
}

/**
 * A hidden price opened. Buying may begin at once; a page shows the price when its playhead passes `media`, from the
 * showcase, whose version it is: no event has a price.
 */
export interface PriceRevealedEvent extends Numbered {
  kind: 'price_revealed';
  product: string;
  version: number;
  at_ms: number;
  media: MediaTime | null;
}

export interface ShowcaseChangedEvent extends Numbered {
  kind: 'showcase_changed';
  version: number;
}

export interface CapabilitiesEvent extends Numbered, Capabilities {
  kind: 'capabilities';
}

export interface NoticeEvent extends Numbered {
  kind: 'notice';
  text_key: 'going_to_buy' | 'bought' | 'grabbed';
  name: string;
  product: string;
}

/** A flash sale was announced, opened, paused, ended ...: acts at once, by server time. */
export interface FlashSaleEvent extends Numbered, FlashCard {
  kind: 'flash_sale';
}

export interface FlashSoldOutEvent extends Numbered {
  kind: 'flash_sold_out';
  sale: string;
  sku: string;
}

export interface LiveEvent extends Numbered {
  kind: 'live';
  live: boolean;
}

/** The room's live session was announced, changed, or entered a state. */
export interface SessionEvent extends Numbered, LiveSession {
  kind: 'session';
}

/** A poll was opened, or closed with its result; counts in between come as state. */
export interface PollEvent extends Numbered, PollCard {
  kind: 'poll';
}

/** A question was shown, answered, pinned, or taken away: then it has no text. A pinned one unpins the one before. */
export interface QuestionEvent extends Numbered, QuestionCard {
  kind: 'question';
}

/** Viewers may ask from now on, or no longer: then every question goes from the screens. */
export interface QuestionsEvent extends Numbered {
  kind: 'questions';
  open: boolean;
}

export interface CouponEvent extends Numbered, DroppedCoupon {
  kind: 'coupon';
}

export interface RoomChangedEvent extends Numbered {
  kind: 'room_changed';
  title: string;
  host_name: string;
}

/** Slow mode was switched on, changed or switched off. */
export interface ChatLimitsEvent extends Numbered {
  kind: 'chat_limits';
  slow_mode_s: number;
  chat_interval_ms: number;
}

/** A number that nothing came of; it keeps the count without holes. */
export interface VoidEvent extends Numbered {
  kind: 'void';
}

export type NumberedEvent =
  | VoidEvent
  | ChatLimitsEvent
  | ChatEvent
  | ChatDeletedEvent
  | ProductShownEvent
  | ProductHiddenEvent
  | PriceRevealedEvent
  | ShowcaseChangedEvent
  | CapabilitiesEvent
  | NoticeEvent
  | FlashSaleEvent
  | FlashSoldOutEvent
  | LiveEvent
  | SessionEvent
  | PollEvent
  | QuestionEvent
  | QuestionsEvent
  | CouponEvent
  | RoomChangedEvent;

export interface StateEvent {
  kind: 'state';
  online: number;
  likes: number;
  /** What has changed since the state before. */
  stock: StockState[];
  flash_stock?: FlashStockState[];
  polls?: PollCounts[];
  coupons?: CouponLeft[];
}

/** Units came back and are kept for this viewer until then. */
export interface FlashTurnEvent {
  kind: 'flash_turn';
  sale: string;
  sku: string;
  until_ms: number;
}

/** What became of the viewer's own question. */
export interface OwnQuestionEvent {
  kind: 'own_question';
  question: string;
  state: 'shown' | 'answered' | 'closed';
  answer: string;
}

export interface OrderEvent {
  kind: 'order';
  order: string;
  state: OrderState;
  pay_by_ms: number | null;
  total: Money;
}

export interface MutedEvent {
  kind: 'muted';
  until_ms: number;
  reason: string;
}

export interface AckEvent {
  kind: 'ack';
  ref: string;
  id: string;
}

/** Instead of an ack: a moderator sees the line first. */
export interface HeldEvent {
  kind: 'held';
  ref: string;
  id: string;
}

/** A line that waited will not be shown. */
export interface HeldDroppedEvent {
  kind: 'held_dropped';
  id: string;
}

/** The viewer has to leave; the server closes the socket, and coming back at once is of no use. */
export interface OutsideEvent {
  kind: 'outside';
  why: RoomEntry['state'];
  until_ms: number;
  reason: string;
}

export interface ErrorEvent {
  kind: 'error';
  ref: string;
  slug: string;
  detail: string;
  /** What to do: change the line, say it again after retry_after_ms or once back in, or leave it until an event says otherwise. */
  action: 'edit' | 'wait' | 'stop' | 'reconnect' | 'fix';
  retry_after_ms?: number;
}

export interface PongEvent {
  kind: 'pong';
  t: number;
  server_time_ms: number;
}

export type PrivateEvent =
  | OwnChatEvent
  | OrderEvent
  | FlashTurnEvent
  | OwnQuestionEvent
  | MutedEvent
  | AckEvent
  | HeldEvent
  | HeldDroppedEvent
  | OutsideEvent
  | ErrorEvent
  | PongEvent;

export type ServerEvent =
  | SnapshotEvent
  | ResumedEvent
  | GapEvent
  | NumberedEvent
  | StateEvent
  | PrivateEvent;

export type ClientMessage =
  | { kind: 'chat'; ref: string; text: string }
  | { kind: 'like'; count: number }
  | { kind: 'ping'; t: number };
