import { Http, type HttpOptions } from './http';
import type * as T from './types';

const part = encodeURIComponent;

export interface PageQuery {
  limit?: number;
  cursor?: string;
}

/**
 * Every call of the API by name. All reject with ApiError. Calls that create something take a `tap`
 * name: send the same tap again while unanswered and the server still does it once.
 */
export class VitrineApi {
  readonly http: Http;

  constructor(options: HttpOptions = {}) {
    this.http = new Http(options);
  }

  // ---- members
  me = (): Promise<T.Me> => this.http.me();
  rename = (name: string) => this.signed(this.http.call<T.Me>('PATCH', '/v1/me', { body: { name } }));
  claimOwner = (body: T.OwnerClaim) =>
    this.signed(this.http.call<T.Me>('POST', '/v1/owner-claim', { body, tap: 'owner-claim' }));
  signInStaff = (body: T.StaffSignIn) =>
    this.signed(this.http.call<T.Me>('POST', '/v1/staff/sessions', { body, tap: 'staff-session' }));
  signOutStaff = async (): Promise<T.Me> => {
    await this.http.call<void>('DELETE', '/v1/staff/sessions/current');
    return this.me();
  };
  staffSessions = () => this.http.call<T.Items<T.StaffSession>>('GET', '/v1/staff/sessions');
  endStaffSession = (session: string) =>
    this.http.call<void>('DELETE', `/v1/staff/sessions/${part(session)}`);
  staffUsers = () => this.http.call<T.Items<T.StaffUser>>('GET', '/v1/staff/users');
  addStaffUser = (body: T.NewStaffUserDraft) =>
    this.http.call<T.NewStaffUser>('POST', '/v1/staff/users', { body, tap: 'staff-user' });
  changeStaffUser = (user: string, body: T.StaffUserChange) =>
    this.http.call<T.StaffUser>('PATCH', `/v1/staff/users/${part(user)}`, { body });
  changePassword = (body: T.PasswordChange) =>
    this.http.call<void>('PUT', '/v1/staff/password', { body });
  buyers = (query: PageQuery & { q?: string; tier?: string } = {}) =>
    this.http.call<T.Page<T.Buyer>>('GET', '/v1/buyers', { query: { ...query } });
  setBuyerTier = (buyer: string, tier: number) =>
    this.http.call<void>('PUT', `/v1/buyers/${part(buyer)}/tier`, { body: { tier } });
  sandboxSms = () => this.http.call<T.Items<T.SandboxSms>>('GET', '/v1/staff/sms');

  sendCode = (phone: string) =>
    this.http.call<T.CodeSent>('POST', '/v1/buyers/codes', { body: { phone, consent: true }, tap: 'code' });
  signInBuyer = (body: T.BuyerSignIn) =>
    this.signed(this.http.call<T.Me>('POST', '/v1/buyers/sessions', { body, tap: 'buyer-session' }));
  signOutBuyer = async (): Promise<T.Me> => {
    await this.http.call<void>('DELETE', '/v1/buyers/sessions/current');
    return this.me();
  };

  addresses = () => this.http.call<T.Items<T.Address>>('GET', '/v1/addresses');
  addAddress = (body: T.AddressDraft) =>
    this.http.call<T.Address>('POST', '/v1/addresses', { body, tap: 'address' });
  changeAddress = (address: string, body: T.AddressDraft) =>
    this.http.call<T.Address>('PUT', `/v1/addresses/${part(address)}`, { body });
  removeAddress = (address: string) => this.http.call<void>('DELETE', `/v1/addresses/${part(address)}`);

  // ---- ops
  capabilities = () => this.http.call<T.Capabilities>('GET', '/v1/capabilities');
  changeCapabilities = (body: T.CapabilitiesChange) =>
    this.http.call<T.Capabilities>('PUT', '/v1/capabilities', { body });
  status = () => this.http.call<T.Status>('GET', '/v1/status');

  // ---- media
  streams = () => this.http.call<T.Items<T.Stream>>('GET', '/v1/streams');
  stream = (stream: string) => this.http.call<T.Stream>('GET', `/v1/streams/${part(stream)}`);
  addStreamKey = (stream: string, body: T.StreamKeyWish = {}) =>
    this.http.call<T.NewStreamKey>('POST', `/v1/streams/${part(stream)}/keys`, {
      body,
      tap: `stream-key.${stream}`,
    });
  rotateStreamKey = (stream: string, keyId: string, body: T.StreamKeyRotation = {}) =>
    this.http.call<T.NewStreamKey>('POST', `/v1/streams/${part(stream)}/keys/${part(keyId)}/rotation`, {
      body,
      tap: `stream-key-rotation.${keyId}`,
    });
  streamAccess = (stream: string) =>
    this.http.call<T.StreamAccess>('GET', `/v1/streams/${part(stream)}/access`);
  setStreamAccess = (stream: string, body: T.StreamAccessWish) =>
    this.http.call<T.StreamAccess>('PUT', `/v1/streams/${part(stream)}/access`, { body });
  kickFromStream = (stream: string, body: T.KickWish) =>
    this.http.call<T.Kicked>('POST', `/v1/streams/${part(stream)}/kick`, { body });
  streamKeys = (stream: string) =>
    this.http.call<T.Items<T.StreamKey>>('GET', `/v1/streams/${part(stream)}/keys`);
  removeStreamKey = (stream: string, keyId: string) =>
    this.http.call<void>('DELETE', `/v1/streams/${part(stream)}/keys/${part(keyId)}`);
  pulls = () => this.http.call<T.Items<T.Pull>>('GET', '/v1/pulls');
  addPull = (body: T.PullWish) =>
    this.http.call<T.Pull>('POST', '/v1/pulls', { body, tap: `pull.${body.stream}` });
  changePull = (pull: string, body: T.PullChange) =>
    this.http.call<T.Pull>('PATCH', `/v1/pulls/${part(pull)}`, { body });
  removePull = (pull: string) => this.http.call<void>('DELETE', `/v1/pulls/${part(pull)}`);
  webhooks = () => this.http.call<T.Items<T.Webhook>>('GET', '/v1/webhooks');
  addWebhook = (url: string) =>
    this.http.call<T.Webhook>('POST', '/v1/webhooks', { body: { url }, tap: 'webhook' });
  changeWebhook = (webhook: string, body: T.WebhookChange) =>
    this.http.call<T.Webhook>('PATCH', `/v1/webhooks/${part(webhook)}`, { body });
  removeWebhook = (webhook: string) => this.http.call<void>('DELETE', `/v1/webhooks/${part(webhook)}`);

  // ---- rooms
  rooms = () => this.http.call<T.Items<T.RoomSummary>>('GET', '/v1/rooms');
  addRoom = (body: T.RoomDraft) => this.http.call<T.Room>('POST', '/v1/rooms', { body, tap: 'room' });
  room = (room: string) => this.http.call<T.Room>('GET', `/v1/rooms/${part(room)}`);
  changeRoom = (room: string, body: T.RoomChange) =>
    this.http.call<T.Room>('PATCH', `/v1/rooms/${part(room)}`, { body });
  removeMessage = (room: string, message: string) =>
    this.http.call<void>('DELETE', `/v1/rooms/${part(room)}/messages/${part(message)}`);
  roomEntry = (room: string) => this.http.call<T.RoomEntry>('GET', `/v1/rooms/${part(room)}/entry`);
  /** Shows a password, an invite code or a signed token at the door. */
  enterRoom = (room: string, body: T.EntryProof) =>
    this.http.call<T.RoomEntry>('POST', `/v1/rooms/${part(room)}/entry`, { body });
  reviewHook = () => this.http.call<T.ReviewHook>('GET', '/v1/review-hook');
  setReviewHook = (body: T.ReviewHookWish) => this.http.call<T.ReviewHook>('PUT', '/v1/review-hook', { body });
  roomFollow = (room: string) => this.http.call<T.RoomFollow>('GET', `/v1/rooms/${part(room)}/follow`);
  followRoom = (room: string) => this.http.call<T.RoomFollow>('PUT', `/v1/rooms/${part(room)}/follow`);
  unfollowRoom = (room: string) => this.http.call<T.RoomFollow>('DELETE', `/v1/rooms/${part(room)}/follow`);
  roomAccess = (room: string) => this.http.call<T.RoomAccess>('GET', `/v1/rooms/${part(room)}/access`);
  setRoomAccess = (room: string, body: T.RoomAccessWish) =>
    this.http.call<T.RoomAccess>('PUT', `/v1/rooms/${part(room)}/access`, { body });
  invites = (room: string) => this.http.call<T.Items<T.Invite>>('GET', `/v1/rooms/${part(room)}/invites`);
  makeInvite = (room: string, body: T.InviteDraft) =>
    this.http.call<T.Invite>('POST', `/v1/rooms/${part(room)}/invites`, { body, tap: `invite.${room}` });
  dropInvite = (room: string, code: string) =>
    this.http.call<void>('DELETE', `/v1/rooms/${part(room)}/invites/${part(code)}`);

  // ---- live sessions
  addSession = (room: string, body: T.LiveSessionDraft) =>
    this.http.call<T.LiveSession>('POST', `/v1/rooms/${part(room)}/sessions`, { body, tap: `session.${room}` });
  sessions = (room: string, query: PageQuery = {}) =>
    this.http.call<T.Page<T.LiveSession>>('GET', `/v1/rooms/${part(room)}/sessions`, { query: { ...query } });
  changeSession = (session: string, body: T.LiveSessionChange) =>
    this.http.call<T.LiveSession>('PATCH', `/v1/sessions/${part(session)}`, { body });
  goLive = (session: string) => this.http.call<T.LiveSession>('POST', `/v1/sessions/${part(session)}/go-live`);
  endSession = (session: string) => this.http.call<T.LiveSession>('POST', `/v1/sessions/${part(session)}/end`);
  timeline = (session: string, query: PageQuery = {}) =>
    this.http.call<T.Timeline>('GET', `/v1/sessions/${part(session)}/timeline`, { query: { ...query } });

  // ---- polls
  addPoll = (room: string, body: T.PollDraft) =>
    this.http.call<T.Poll>('POST', `/v1/rooms/${part(room)}/polls`, { body, tap: `poll.${room}` });
  polls = (room: string) => this.http.call<T.Items<T.Poll>>('GET', `/v1/rooms/${part(room)}/polls`);
  openPoll = (poll: string) => this.http.call<T.Poll>('POST', `/v1/polls/${part(poll)}/open`);
  closePoll = (poll: string) => this.http.call<T.Poll>('POST', `/v1/polls/${part(poll)}/close`);
  poll = (poll: string) => this.http.call<T.Poll>('GET', `/v1/polls/${part(poll)}`);
  vote = (poll: string, option: number) =>
    this.http.call<T.Poll>('PUT', `/v1/polls/${part(poll)}/vote`, { body: { option } });

  // ---- questions, and coupons dropped into a room
  ask = (room: string, text: string) =>
    this.http.call<T.Question>('POST', `/v1/rooms/${part(room)}/questions`, { body: { text }, tap: `question.${room}` });
  questions = (room: string) => this.http.call<T.QuestionList>('GET', `/v1/rooms/${part(room)}/questions`);
  questionDesk = (room: string) => this.http.call<T.QuestionDesk>('GET', `/v1/rooms/${part(room)}/questions/desk`);
  openQuestions = (room: string, open: boolean) =>
    this.http.call<T.QuestionDesk>('PUT', `/v1/rooms/${part(room)}/questions/desk`, { body: { open } });
  showQuestion = (question: string) => this.http.call<T.Question>('POST', `/v1/questions/${part(question)}/show`);
  answerQuestion = (question: string, answer: string) =>
    this.http.call<T.Question>('POST', `/v1/questions/${part(question)}/answer`, { body: { answer } });
  pinQuestion = (question: string, pinned: boolean) =>
    this.http.call<T.Question>('PUT', `/v1/questions/${part(question)}/pin`, { body: { pinned } });
  closeQuestion = (question: string) => this.http.call<T.Question>('POST', `/v1/questions/${part(question)}/close`);
  dropCoupon = (room: string, body: T.CouponDropDraft) =>
    this.http.call<T.CouponDrop>('POST', `/v1/rooms/${part(room)}/coupon-drops`, {
      body,
      tap: `coupon-drop.${body.coupon}`,
    });
  withdrawCoupon = (room: string, coupon: string) =>
    this.http.call<void>('DELETE', `/v1/rooms/${part(room)}/coupon-drops/${part(coupon)}`);

  // ---- order in a room
  roomDesk = (room: string) => this.http.call<T.RoomDesk>('GET', `/v1/rooms/${part(room)}/desk`);
  chatRules = (room: string) => this.http.call<T.ChatRules>('GET', `/v1/rooms/${part(room)}/chat-rules`);
  setChatRules = (room: string, body: T.ChatRules) =>
    this.http.call<T.ChatRules>('PUT', `/v1/rooms/${part(room)}/chat-rules`, { body });
  sanctions = (room: string) => this.http.call<T.Items<T.Sanction>>('GET', `/v1/rooms/${part(room)}/sanctions`);
  sanction = (room: string, body: T.SanctionDraft) =>
    this.http.call<T.Sanction>('POST', `/v1/rooms/${part(room)}/sanctions`, {
      body,
      tap: `sanction.${body.kind}.${body.account}`,
    });
  liftSanction = (room: string, sanction: Pick<T.Sanction, 'account' | 'kind' | 'scope'>) =>
    this.http.call<void>('DELETE', `/v1/rooms/${part(room)}/sanctions/${part(sanction.account)}/${sanction.kind}`, {
      query: { scope: sanction.scope },
    });
  heldLines = (room: string) => this.http.call<T.Items<T.HeldLine>>('GET', `/v1/rooms/${part(room)}/held`);
  approveLine = (room: string, message: string) =>
    this.http.call<void>('POST', `/v1/rooms/${part(room)}/held/${part(message)}/approve`);
  dropLine = (room: string, message: string) =>
    this.http.call<void>('DELETE', `/v1/rooms/${part(room)}/held/${part(message)}`);
  reportMessage = (room: string, body: T.ReportDraft) =>
    this.http.call<void>('POST', `/v1/rooms/${part(room)}/reports`, { body, tap: `report.${body.message}` });
  reports = (room: string) => this.http.call<T.Items<T.ReportedLine>>('GET', `/v1/rooms/${part(room)}/reports`);
  closeReport = (room: string, message: string, outcome: T.ReportOutcome) =>
    this.http.call<void>('POST', `/v1/rooms/${part(room)}/reports/${part(message)}/close`, { body: { outcome } });
  roomRoles = (room: string) => this.http.call<T.Items<T.RoomRole>>('GET', `/v1/rooms/${part(room)}/roles`);
  setRoomRole = (room: string, account: string, body: T.RoomRoleDraft) =>
    this.http.call<void>('PUT', `/v1/rooms/${part(room)}/roles/${part(account)}`, { body });
  dropRoomRole = (room: string, account: string) =>
    this.http.call<void>('DELETE', `/v1/rooms/${part(room)}/roles/${part(account)}`);

  // ---- catalog and showcase
  addPicture = (image: Blob) =>
    this.http.call<T.Picture>('POST', '/v1/pictures', { body: image, tap: `picture.${pictureTap(image)}` });
  products = (query: PageQuery & { q?: string; state?: string } = {}) =>
    this.http.call<T.Page<T.Product>>('GET', '/v1/products', { query: { ...query } });
  product = (product: string) => this.http.call<T.Product>('GET', `/v1/products/${part(product)}`);
  addProduct = (body: T.ProductDraft) =>
    this.http.call<T.Product>('POST', '/v1/products', { body, tap: 'product' });
  changeProduct = (product: string, body: T.ProductDraft) =>
    this.http.call<T.Product>('PUT', `/v1/products/${part(product)}`, { body });
  archiveProduct = (product: string) =>
    this.http.call<void>('DELETE', `/v1/products/${part(product)}`);
  prices = (product: string) =>
    this.http.call<T.Items<T.PriceEntry>>('GET', `/v1/products/${part(product)}/prices`);
  addPrice = (product: string, body: T.PriceDraft) =>
    this.http.call<T.Items<T.PriceEntry>>('POST', `/v1/products/${part(product)}/prices`, { body, tap: `price.${product}` });
  endPrice = (product: string, number: number) =>
    this.http.call<void>('DELETE', `/v1/products/${part(product)}/prices/${number}`);
  /** Where the browser downloads the products from. */
  productsFile = (q = '') => this.http.address('/v1/products.csv', { q });
  /** All of the file or nothing; with `dryRun` only what would happen. */
  importProducts = (file: File, dryRun: boolean) =>
    this.http.call<T.ImportReport>('POST', '/v1/products/import', {
      query: dryRun ? { dry_run: 'true' } : {},
      body: new Blob([file], { type: 'text/csv' }),
      tap: `import.${dryRun}.${pictureTap(file)}`,
    });
  changeStock = (sku: string, body: T.StockDraft) =>
    this.http.call<T.StockChange>('POST', `/v1/skus/${part(sku)}/stock`, { body, tap: `stock.${sku}` });
  /** A product as buyers see it, on a showcase or not. */
  offer = (product: string) => this.http.call<T.Card>('GET', `/v1/offers/${part(product)}`);
  showcase = (room: string) => this.http.call<T.Showcase>('GET', `/v1/rooms/${part(room)}/showcase`);
  setShowcase = (room: string, products: string[]) =>
    this.http.call<T.Showcase>('PUT', `/v1/rooms/${part(room)}/showcase`, { body: { products } });
  show = (room: string, product: string, playhead: T.MediaTime | null) =>
    this.http.call<T.NowShowing>('POST', `/v1/rooms/${part(room)}/now-showing`, {
      body: { product, playhead },
      tap: `show.${room}`,
    });
  /** Viewers see a hidden price with the picture of `playhead` and may buy at once. */
  openPrice = (room: string, product: string, playhead: T.MediaTime | null) =>
    this.http.call<void>('POST', `/v1/rooms/${part(room)}/open-price`, { body: { product, playhead } });
  /** Viewers see no price, and nobody buys, until it opens. */
  hidePrice = (product: string) =>
    this.http.call<void>('POST', `/v1/products/${part(product)}/hide-price`, { body: {} });
  hide = (room: string) => this.http.call<void>('DELETE', `/v1/rooms/${part(room)}/now-showing`);

  // ---- cart, orders, payments of the signed-in buyer
  cart = () => this.http.call<T.Cart>('GET', '/v1/cart');
  setCartLine = (sku: string, quantity: number) =>
    this.http.call<T.Cart>('PUT', `/v1/cart/lines/${part(sku)}`, { body: { quantity } });
  placeOrder = (body: T.OrderDraft) =>
    this.http.call<T.Order>('POST', '/v1/orders', { body, tap: 'order' });
  orders = (query: PageQuery = {}) =>
    this.http.call<T.Page<T.Order>>('GET', '/v1/orders', { query: { ...query } });
  order = (order: string) => this.http.call<T.Order>('GET', `/v1/orders/${part(order)}`);
  cancelOrder = (order: string) =>
    this.http.call<T.Order>('POST', `/v1/orders/${part(order)}/cancel`, { body: {}, tap: `cancel.${order}` });
  setOrderAddress = (order: string, address: string) =>
    this.http.call<T.Order>('PUT', `/v1/orders/${part(order)}/address`, { body: { address } });
  /** The goods have arrived. */
  completeOrder = (order: string) =>
    this.http.call<T.Order>('POST', `/v1/orders/${part(order)}/complete`, { body: {}, tap: `complete.${order}` });
  paymentProviders = () => this.http.call<T.Items<T.PaymentProvider>>('GET', '/v1/payment-providers');
  pay = (order: string, provider: string) =>
    this.http.call<T.Payment>('POST', `/v1/orders/${part(order)}/payments`, {
      body: { provider },
      tap: `pay.${order}`,
    });

  quoteOrder = (body: T.QuoteDraft) => this.http.call<T.Quote>('POST', '/v1/orders/quote', { body });

  // ---- coupons
  roomCoupons = (room: string) => this.http.call<T.Page<T.Coupon>>('GET', `/v1/rooms/${part(room)}/coupons`);
  claimCoupon = (coupon: string) =>
    this.http.call<T.CouponClaim>('POST', `/v1/coupons/${part(coupon)}/claim`, { body: {}, tap: `claim.${coupon}` });
  ownCoupons = (query: PageQuery & { state?: string } = {}) =>
    this.http.call<T.Page<T.CouponClaim>>('GET', '/v1/coupons/mine', { query: { ...query } });
  shopCoupons = (query: PageQuery & { room?: string } = {}) =>
    this.http.call<T.Page<T.Coupon>>('GET', '/v1/shop/coupons', { query: { ...query } });
  addCoupon = (body: T.CouponDraft) =>
    this.http.call<T.Coupon>('POST', '/v1/shop/coupons', { body, tap: 'coupon' });
  moveCoupon = (coupon: string, step: 'pause' | 'resume' | 'end') =>
    this.http.call<T.Coupon>('POST', `/v1/shop/coupons/${part(coupon)}/${step}`, { body: {} });
  categories = () => this.http.call<T.Items<string>>('GET', '/v1/categories');

  // ---- flash sales
  roomFlashSales = (room: string) =>
    this.http.call<T.Page<T.FlashSale>>('GET', `/v1/rooms/${part(room)}/flash-sales`);
  flashSale = (sale: string) => this.http.call<T.FlashSale>('GET', `/v1/flash-sales/${part(sale)}`);
  enterFlashSale = (sale: string) =>
    this.http.call<T.Admission>('POST', `/v1/flash-sales/${part(sale)}/admission`, { body: {} });
  grab = (sale: string, body: T.GrabDraft) =>
    this.http.call<T.Grab>('POST', `/v1/flash-sales/${part(sale)}/grabs`, { body, tap: `grab.${sale}` });
  flashStanding = (sale: string) => this.http.call<T.Standing>('GET', `/v1/flash-sales/${part(sale)}/mine`);
  shopFlashSales = (query: PageQuery & { room?: string } = {}) =>
    this.http.call<T.Page<T.FlashSale>>('GET', '/v1/shop/flash-sales', { query: { ...query } });
  addFlashSale = (body: T.FlashSaleDraft) =>
    this.http.call<T.FlashSale>('POST', '/v1/shop/flash-sales', { body, tap: 'flash-sale' });
  removeFlashSale = (sale: string) => this.http.call<void>('DELETE', `/v1/shop/flash-sales/${part(sale)}`);
  moveFlashSale = (sale: string, step: 'schedule' | 'start' | 'pause' | 'resume' | 'stop') =>
    this.http.call<T.FlashSale>('POST', `/v1/shop/flash-sales/${part(sale)}/${step}`, { body: {} });

  // ---- orders of the shop, for staff
  shopOrders = (query: PageQuery & T.OrderFilters = {}) =>
    this.http.call<T.Page<T.Order>>('GET', '/v1/shop/orders', { query: { ...query } });
  shopOrder = (order: string) => this.http.call<T.Order>('GET', `/v1/shop/orders/${part(order)}`);
  ship = (order: string, body: T.ShipDraft) =>
    this.http.call<T.Order>('POST', `/v1/shop/orders/${part(order)}/ship`, { body, tap: `ship.${order}` });
  changePackage = (order: string, number: number, body: T.PackageChange) =>
    this.http.call<T.Order>('PUT', `/v1/shop/orders/${part(order)}/packages/${number}`, { body });
  trackPackage = (order: string, number: number, body: T.TrackDraft) =>
    this.http.call<T.Order>('POST', `/v1/shop/orders/${part(order)}/packages/${number}/track`, {
      body,
      tap: `track.${order}.${number}`,
    });
  /** Where the browser downloads the orders from; with `reason` also names, phones and addresses. */
  ordersFile = (filters: T.OrderFilters, reason = '') =>
    this.http.address('/v1/shop/orders.csv', { ...filters, ...(reason ? { personal: 'true', reason } : {}) });
  setOrderNote = (order: string, note: string) =>
    this.http.call<T.Order>('PUT', `/v1/shop/orders/${part(order)}/note`, { body: { note } });
  /** Providers' daily bills against our books. */
  billChecks = () => this.http.call<T.Items<T.BillCheck>>('GET', '/v1/shop/bills');
  checkBill = (body: T.BillDraft) => this.http.call<T.BillCheck>('POST', '/v1/shop/bills', { body });
  confirmPayment = (order: string) =>
    this.http.call<T.Order>('POST', `/v1/shop/orders/${part(order)}/confirm-payment`, {
      body: {},
      tap: `confirm.${order}`,
    });
  cancelShopOrder = (order: string) =>
    this.http.call<T.Order>('POST', `/v1/shop/orders/${part(order)}/cancel`, {
      body: {},
      tap: `shop-cancel.${order}`,
    });

  /** Sign-in and sign-out change the CSRF token, so it is taken from their answer. */
  private async signed(answer: Promise<T.Me>): Promise<T.Me> {
    return this.http.learn(await answer);
  }
}

/** A Blob has no JSON; size and type, with the file's name and date where it has them, tell pictures apart. */
function pictureTap(image: Blob): string {
  const file = image as Partial<File>;
  return [file.name ?? '', file.lastModified ?? '', image.size, image.type].join('.');
}
