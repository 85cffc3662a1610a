// What the HTTP API takes and returns, one name per thing.
//
// Owns   short names for the schemas of docs/openapi.json (schema.generated.ts, `npm run generate`), and
//        what the document cannot say: that answers carry every field, and which words a string may be.
// Never  holds behaviour, or socket events: those are in events.ts.

import type { components } from './schema.generated';

type Schemas = components['schemas'];

/**
 * What the server answers: every field is there, null where there is nothing. The document uses one
 * schema for both ways, and what is sent may leave such fields out.
 */
type Answer<T> = T extends (infer E)[] ? Answer<E>[] : T extends object ? { [K in keyof T]-?: Answer<T[K]> } : T;
type AnswerOf<Name extends keyof Schemas> = Answer<Schemas[Name]>;
/** An answer whose strings in `Words` are of a known set. */
type Worded<T, Words extends { [K in keyof Words]: K extends keyof T ? T[K] : never }> = Omit<T, keyof Words> & Words;

export interface Items<T> {
  items: T[];
}

export interface Page<T> extends Items<T> {
  next: string | null;
}

/** An amount in minor units (fen, cents). */
export type Money = AnswerOf<'Money'>;
export type Currency = Money['currency'];

// ---- members

export type Role = Schemas['Staff']['role'];
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

export type Viewer = Worded<AnswerOf<'Viewer'>, { kind: 'guest' | 'buyer' }>;
export type Staff = Worded<AnswerOf<'Staff'>, { rights: Right[] }>;
export type Me = Worded<AnswerOf<'Me'>, { viewer: Viewer; staff: Staff | null }>;
export type StaffSession = AnswerOf<'StaffSession'>;
export type StaffUser = AnswerOf<'StaffUser'>;
export type NewStaffUserDraft = Schemas['NewStaffUserDraft'];
export type NewStaffUser = AnswerOf<'NewStaffUser'>;
export type StaffUserChange = Schemas['StaffUserChange'];
export type OwnerClaim = Schemas['OwnerClaim'];
export type StaffSignIn = Schemas['StaffSignIn'];
export type PasswordChange = Schemas['PasswordChange'];
export type CodeSent = AnswerOf<'CodeSent'>;
export type BuyerSignIn = Schemas['BuyerSignIn'];
export type Buyer = AnswerOf<'Buyer'>;
export type SandboxSms = AnswerOf<'SandboxSms'>;
export type AddressDraft = Schemas['AddressDraft'];
export type Address = AnswerOf<'Address'>;

// ---- ops

export type Capabilities = AnswerOf<'Capabilities'>;
export type CapabilitiesChange = Schemas['CapabilitiesChange'];
export type ModuleStatus = AnswerOf<'ModuleStatus'>;
export type Status = AnswerOf<'Status'>;

// ---- media

/** A moment on the stream's own line: 90 kHz ticks within an epoch. */
export type MediaTime = AnswerOf<'MediaTime'>;
export type Publisher = AnswerOf<'Publisher'>;
export type Stream = AnswerOf<'Stream'>;
/** Shown once, when made: the server keeps only a hash. */
export type NewStreamKey = AnswerOf<'NewStreamKey'>;
export type StreamKey = AnswerOf<'StreamKey'>;
export type StreamKeyWish = Schemas['StreamKeyWish'];
export type StreamKeyRotation = Schemas['StreamKeyRotation'];
export type StreamAccess = AnswerOf<'StreamAccess'>;
export type StreamAccessWish = Schemas['StreamAccessWish'];
export type KickWish = Schemas['KickWish'];
export type Kicked = AnswerOf<'Kicked'>;
export type Pull = AnswerOf<'Pull'>;
export type PullWish = Schemas['PullWish'];
export type PullChange = Schemas['PullChange'];
/** `secret` only in the answer that made it. */
export type Webhook = AnswerOf<'Webhook'>;
export type WebhookChange = Schemas['WebhookChange'];

// ---- rooms

export type RoomSummary = Worded<AnswerOf<'RoomSummary'>, { session: LiveSession | null }>;
export type Room = Worded<AnswerOf<'Room'>, { session: LiveSession | null }>;
export type RoomDraft = Schemas['NewRoom'];
export type RoomChange = Schemas['RoomPatch'];
export type LiveState = 'scheduled' | 'preview' | 'live' | 'interrupted' | 'ended';
export type LiveSession = Worded<AnswerOf<'LiveSession'>, { state: LiveState }>;
export type LiveSessionDraft = Schemas['NewLiveSession'];
export type LiveSessionChange = Schemas['LiveSessionPatch'];
/** What happened in a session, by the time of its picture. */
export type Timeline = AnswerOf<'Timeline'>;
export type Poll = Worded<AnswerOf<'Poll'>, { state: 'draft' | 'open' | 'closed' }>;
export type PollDraft = Schemas['NewPoll'];
export type Question = AnswerOf<'Question'>;
export type QuestionList = AnswerOf<'QuestionList'>;
/** Questions with who asked, for who runs the room. */
export type QuestionDesk = AnswerOf<'QuestionDesk'>;
export type CouponDropDraft = Schemas['NewCouponDrop'];
export type CouponDrop = AnswerOf<'CouponDrop'>;
/** What a coupon takes off, as its card says it. */
export type CouponOff = Pick<Coupon, 'kind' | 'amount' | 'percent' | 'cap' | 'threshold'>;
/** Whether the viewer may be in the room; asked before the socket, which cannot say why it was refused. */
export type RoomEntry = AnswerOf<'RoomEntry'>;
export type ReviewHook = AnswerOf<'ReviewHook'>;
export type ReviewHookWish = Schemas['ReviewHookWish'];
export type RoomFollow = AnswerOf<'RoomFollow'>;
export type EntryProof = Schemas['EntryProof'];
export type RoomAccess = AnswerOf<'RoomAccess'>;
export type RoomAccessWish = Schemas['RoomAccessWish'];
export type Invite = AnswerOf<'Invite'>;
export type InviteDraft = Schemas['NewInvite'];
export type ChatRules = AnswerOf<'ChatRules'>;
export type Sanction = AnswerOf<'Sanction'>;
export type SanctionDraft = Schemas['NewSanction'];
export type HeldLine = AnswerOf<'HeldLine'>;
export type ReportedLine = AnswerOf<'ReportedLine'>;
export type ReportDraft = Schemas['NewReport'];
export type ReportReason = ReportDraft['reason'];
export type ReportOutcome = Schemas['ReportDecision']['outcome'];
/** What waits to be handled in a room, and what the caller may do there. */
export type RoomDesk = AnswerOf<'RoomDesk'>;
export type RoomAct = RoomDesk['acts'][number];
export type RoomRole = AnswerOf<'RoomRole'>;
export type RoomRoleDraft = Schemas['NewRoomRole'];

// ---- shop

export type Picture = AnswerOf<'Picture'>;
export type Stock = AnswerOf<'Stock'>;
export type Variant = AnswerOf<'Variant'>;
export type Product = AnswerOf<'Product'>;
export type VariantDraft = Schemas['VariantDraft'];
/** On PUT with the `version` that was edited; 409 `shop.version` when it is no longer the newest. */
export type ProductDraft = Schemas['ProductDraft'];
export type PriceEntry = AnswerOf<'Price'>;
export type PriceDraft = Schemas['PriceDraft'];
export type ImportReport = AnswerOf<'ImportReport'>;
export type StockDraft = Schemas['StockDraft'];
export type StockChange = AnswerOf<'StockChange'>;

/** What a room may know of a SKU's stock; `version` orders updates. */
export type CardStock = AnswerOf<'CardStock'>;
export type CardVariant = AnswerOf<'CardVariant'>;
export type Card = AnswerOf<'Card'>;
export type NowShowing = AnswerOf<'NowShowing'>;
export type Showcase = AnswerOf<'Showcase'>;

export type CartLine = AnswerOf<'CartLine'>;
export type Cart = AnswerOf<'Cart'>;

export type OrderState =
  | 'pending_payment'
  | 'closing'
  | 'paid'
  | 'partly_shipped'
  | 'shipped'
  | 'completed'
  | 'closed'
  | 'refunding'
  | 'refunded';
export type OrderLine = AnswerOf<'OrderLine'>;
export type OrderAddress = AnswerOf<'OrderAddress'>;
export type OrderPayment = AnswerOf<'OrderPayment'>;
export type Package = AnswerOf<'Package'>;
export type TrackPoint = AnswerOf<'TrackPoint'>;
export type PackageChange = Schemas['PackageChange'];
export type TrackDraft = Schemas['TrackDraft'];
export type ShipDraft = Schemas['ShipDraft'];
export type Order = Worded<AnswerOf<'Order'>, { state: OrderState }>;
export type OrderDraft = Schemas['OrderDraft'];
/** What a list of the shop's orders is narrowed by; what is empty is not asked. */
export interface OrderFilters {
  state?: string;
  q?: string;
  room?: string;
  buyer?: string;
  from_ms?: number;
  until_ms?: number;
}
export type BillCheck = Worded<AnswerOf<'BillCheck'>, { differences: BillDifference[] }>;
export type BillDifference = Worded<AnswerOf<'BillDifference'>, { kind: 'only_theirs' | 'only_ours' | 'amount' }>;
export type BillDraft = Schemas['BillDraft'];
export type PaymentProvider = Worded<AnswerOf<'PaymentProvider'>, { provider: 'sandbox' | 'manual' }>;
export type Payment = AnswerOf<'Payment'>;

export type Coupon = AnswerOf<'Coupon'>;
export type CouponDraft = Schemas['CouponDraft'];
export type CouponClaim = AnswerOf<'CouponClaim'>;
export type QuoteDraft = Schemas['QuoteDraft'];
export type QuoteCoupon = AnswerOf<'QuoteCoupon'>;
export type Quote = AnswerOf<'Quote'>;

export type FlashState = 'draft' | 'scheduled' | 'preheat' | 'open' | 'paused' | 'ended' | 'settled';
export type FlashStock = AnswerOf<'FlashStock'>;
export type FlashItem = AnswerOf<'FlashItem'>;
export type FlashSale = Worded<AnswerOf<'FlashSale'>, { state: FlashState }>;
export type FlashSaleDraft = Schemas['FlashSaleDraft'];
/** Goes with the grab; there is none before the start. */
export type Admission = AnswerOf<'Admission'>;
export type GrabDraft = Schemas['GrabDraft'];
export type Grab = AnswerOf<'Grab'>;
/** What a buyer has in a sale: an order, a place in the line, or a turn. */
export type Standing = Worded<AnswerOf<'Standing'>, { order_state: OrderState | null }>;

/** RFC 9457 problem document; fields beyond these depend on the slug (`total` of shop.price_changed). */
export type Problem = Schemas['Problem'] & Record<string, unknown>;
