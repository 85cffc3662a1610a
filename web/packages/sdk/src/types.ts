// What the HTTP API takes and returns, one name per thing.
//
// Owns   the data types of /v1 as the server declares them (docs/openapi.json).
// Never  holds behaviour, or socket events: those are in events.ts.

export type Currency = string;

/** An amount in minor units (fen, cents). */
export interface Money {
  amount: number;
  currency: Currency;
}

export type Role = 'owner' | 'operator' | 'host' | 'moderator' | 'support';
export type Right =
  | 'staff.manage'
  | 'settings.write'
  | 'room.write'
  | 'room.moderate'
  | 'stream.key'
  | 'product.write'
  | 'showcase.run'
  | 'order.read'
  | 'order.write'
  | 'sms.read'
  | 'personal.read';

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Items<T> {
  items: T[];
}

// ---- members

export interface Viewer {
  kind: 'guest' | 'buyer';
  id: string;
  name: string;
  phone_masked?: string;
}

export interface Staff {
  id: string;
  name: string;
  role: Role;
  rights: Right[];
}

export interface Me {
  viewer: Viewer;
  staff: Staff | null;
  csrf: string;
  server_time_ms: number;
}

export interface StaffSession {
  session: string;
  created_at_ms: number;
  last_seen_ms: number;
  ip: string;
  user_agent: string;
  current: boolean;
}

export interface StaffUser {
  user: string;
  name: string;
  role: Role;
  created_at_ms: number;
  disabled: boolean;
}

export interface NewStaffUser {
  user: string;
  name: string;
  role: Role;
  one_time_password: string;
}

export interface CodeSent {
  expires_in_s: number;
  resend_after_s: number;
}

export type BuyerSignIn =
  | { phone: string; code: string; consent: true }
  | { token: string; consent: true };

export interface SandboxSms {
  phone_masked: string;
  code: string;
  at_ms: number;
}

export interface AddressDraft {
  name: string;
  phone: string;
  region: string;
  line: string;
  is_default: boolean;
}

export interface Address extends AddressDraft {
  address: string;
}

// ---- ops

export interface Capabilities {
  selling: boolean;
  chat: boolean;
}

export interface ModuleStatus {
  name: string;
  state: 'ready' | 'failed' | 'unavailable';
  reason?: string;
}

export interface Status {
  modules: ModuleStatus[];
  version: string;
}

// ---- media

/** A moment on the stream's own line: 90 kHz ticks within an epoch. */
export interface MediaTime {
  epoch: number;
  pts90k: number;
}

export interface Publisher {
  started_at_ms: number;
  address: string;
  bitrate_kbps: number;
  fps: number;
  keyframe_gap_ms: number;
  /** How far sound runs ahead of the picture in time stamps; negative when behind. */
  audio_ahead_ms: number;
  width: number;
  height: number;
  video_codec: string;
  audio_codec: string;
}

export interface Stream {
  stream: string;
  state: 'idle' | 'live' | 'lost';
  publisher: Publisher | null;
  viewers: number;
  media_time: MediaTime | null;
}

/** Shown once, when made: the server keeps only a hash. */
export interface NewStreamKey {
  key_id: string;
  stream: string;
  key: string;
  rtmp_url: string;
  rtmp_server: string;
  rtmp_stream_key: string;
  whip_url: string;
}

export interface StreamKey {
  key_id: string;
  hint: string;
  created_at_ms: number;
}

// ---- rooms

export interface RoomSummary {
  room: string;
  title: string;
  host_name: string;
  stream: string;
  live: boolean;
  online: number;
  cover: string | null;
}

export interface Room {
  room: string;
  title: string;
  host_name: string;
  stream: string;
  live: boolean;
  online: number;
  likes: number;
  flv_url: string;
  created_at_ms: number;
}

export interface RoomDraft {
  room: string;
  title: string;
  host_name: string;
}

export interface Mute {
  account: string;
  name: string;
  until_ms: number;
  reason: string;
}

export interface MuteDraft {
  account: string;
  minutes: number;
  reason: string;
}

export interface BlockedWords {
  words: string[];
}

// ---- shop

export interface Picture {
  picture: string;
  url: string;
  width: number;
  height: number;
}

export interface Stock {
  free: number;
  held: number;
  sold: number;
}

export interface Variant {
  sku: string;
  name: string;
  price: Money;
  price_version: number;
  stock: Stock;
}

export interface Product {
  product: string;
  name: string;
  description: string;
  pictures: string[];
  state: 'active' | 'archived';
  version: number;
  variants: Variant[];
  created_at_ms: number;
}

export interface VariantDraft {
  sku?: string;
  name: string;
  price: Money;
  initial_stock?: number;
}

export interface ProductDraft {
  name: string;
  description: string;
  pictures: string[];
  variants: VariantDraft[];
  /** On PUT: the version that was edited; 409 `shop.version` when it is no longer the newest. */
  version?: number;
}

export interface StockChange {
  sku: string;
  stock: Stock;
  version: number;
}

/** What a room may know of a SKU's stock; `version` orders updates. */
export interface CardStock {
  free: number;
  held: number;
  version: number;
}

export interface CardVariant {
  sku: string;
  name: string;
  price: Money;
  price_version: number;
  stock: CardStock;
}

export interface Card {
  product: string;
  number: number;
  name: string;
  description: string;
  pictures: string[];
  variants: CardVariant[];
  sold_out: boolean;
}

export interface NowShowing {
  product: string;
  at_ms: number;
  media: MediaTime | null;
}

export interface Showcase {
  version: number;
  items: Card[];
  now_showing: NowShowing | null;
}

export interface CartLine {
  sku: string;
  quantity: number;
  product: string;
  name: string;
  variant: string;
  price: Money;
  price_version: number;
  picture: string | null;
  free: number;
  /** False: no longer sold. */
  on_offer: boolean;
}

export interface Cart {
  lines: CartLine[];
  total: Money;
}

export type OrderState =
  | 'pending_payment'
  | 'closing'
  | 'paid'
  | 'shipped'
  | 'completed'
  | 'closed'
  | 'refunding'
  | 'refunded';

export interface OrderLine {
  sku: string;
  product: string;
  name: string;
  variant: string;
  picture: string | null;
  unit_price: Money;
  quantity: number;
  subtotal: Money;
}

export interface OrderAddress {
  name: string;
  phone_masked: string;
  /** For staff with the right personal.read. */
  phone?: string;
  region: string;
  line: string;
}

export interface OrderPayment {
  payment: string;
  provider: string;
  state: string;
  amount: Money;
  /** While it can still be paid there. */
  cashier_url?: string | null;
}

export interface Shipment {
  carrier: string;
  tracking: string;
  at_ms: number;
}

export interface Order {
  order: string;
  state: OrderState;
  room: string | null;
  buyer: string;
  lines: OrderLine[];
  total: Money;
  discount: Money;
  shipping: Money;
  address: OrderAddress | null;
  created_at_ms: number;
  pay_by_ms: number | null;
  paid_at_ms: number | null;
  payments: OrderPayment[];
  shipment: Shipment | null;
  test: boolean;
  close_reason: string | null;
  /** Staff only. */
  note?: string;
}

export interface OrderDraft {
  room: string | null;
  lines: { sku: string; quantity: number; price_version: number }[];
  total: Money;
  address: string | null;
  /** Takes the lines out of the cart. */
  from_cart?: boolean;
}

export interface PaymentProvider {
  provider: 'sandbox' | 'manual';
  title: string;
}

export interface Payment {
  payment: string;
  provider: string;
  state: string;
  cashier_url: string | null;
  instructions: string | null;
}

/** RFC 9457 problem document; fields beyond these depend on the slug (`total` of shop.price_changed). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  slug: string;
  detail: string;
  field?: string;
  [extra: string]: unknown;
}
