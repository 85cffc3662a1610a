import { MediaTimeQueue } from '@vitrine/player';
import {
  ApiError,
  RoomSocket,
  type Capabilities,
  type Card,
  type ChatLine,
  type ChatLimits,
  type EntryProof,
  type LiveSession,
  type MediaTime,
  type NoticeEvent,
  type NowShowing,
  type OutsideEvent,
  type PollCard,
  type PriceRevealedEvent,
  type RoomAct,
  type RoomEntry,
  type ServerEvent,
  type Showcase,
  type SnapshotEvent,
  type SocketStatus,
  type StockState,
  type You,
} from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { api } from '../app/api';
import { i18n } from '../app/i18n';
import { takeLinkToken } from '../app/link-token';
import { say, sayProblem } from '../app/say';
import { server_now_ms, useClock } from '../app/server-now';
import { asViewersSee } from '../room/card';
import { useCoupons } from './coupons';
import { useFlash } from './flash';
import { useMe } from './me';
import { useOrders } from './orders';
import { useQuestions } from './questions';

const linesKept = 120;
const linesEvery_ms = 80;
const knockEvery_ms = 10_000;
/** How exactly a card appears with its picture. */
const releaseEvery_ms = 40;

export interface Notice {
  key: NoticeEvent['text_key'];
  name: string;
  product: string;
  /** How many said the same since the strip was last empty. */
  people: number;
}

/** Why the viewer is not inside, and what would let it in. */
export type Outside = Pick<RoomEntry, 'state' | 'until_ms' | 'reason'> & Partial<Pick<RoomEntry, 'mode' | 'product'>>;

/** One room as this page sees it, fed by the room's socket. */
export const useRoom = defineStore('room', () => {
  const room = ref('');
  const title = ref('');
  const hostName = ref('');
  const flvUrl = ref('');
  const live = ref<boolean | null>(null);
  const wasLive = ref(false);
  const missing = ref<ApiError | null>(null);
  const online = ref(0);
  const likes = ref(0);
  const you = ref<You | null>(null);
  const limits = ref<ChatLimits>({ chat_chars: 100, chat_interval_ms: 1000, slow_mode_s: 0 });
  const capabilities = ref<Capabilities>({ selling: true, chat: true });
  const lines = shallowRef<ChatLine[]>([]);
  const notice = ref<Notice | null>(null);
  const cards = ref<Card[]>([]);
  const showcaseLoaded = ref(false);
  const nowShowing = ref<NowShowing | null>(null);
  const session = ref<LiveSession | null>(null);
  const polls = ref<PollCard[]>([]);
  const status = ref<SocketStatus>('connecting');
  const stock = ref(new Map<string, StockState>());
  /** Set while the viewer may not be inside: the page shows why instead of the room. */
  const outside = ref<Outside | null>(null);
  /** Until when the viewer may watch without what the room asks for; 0: it has no trial. */
  const trialUntil_ms = ref(0);
  const acts = ref<RoomAct[]>([]);
  const nextLineAt_ms = ref(0);

  let socket: RoomSocket | null = null;
  let playhead: () => MediaTime | null = () => null;
  let showcaseVersion = -1;
  let newestVersion = -1;
  let releaseTimer: ReturnType<typeof setInterval> | undefined;
  let linesTimer: ReturnType<typeof setTimeout> | undefined;
  let newLines: ChatLine[] = [];
  /** What the room asks for at its door, while the viewer is outside. */
  let beside: Card | null = null;
  let noticeTimer: ReturnType<typeof setTimeout> | undefined;
  let openTimer: ReturnType<typeof setTimeout> | undefined;
  const pictureQueue = new MediaTimeQueue();
  const lineListeners = new Set<(line: ChatLine) => void>();

  const shownCard = computed(
    () => cards.value.find((card) => card.product === nowShowing.value?.product) ?? null,
  );

  function makeSocket(name: string): RoomSocket {
    const made = new RoomSocket({
      room: name,
      listener: {
        event: take,
        status: (now) => {
          status.value = now;
          // A browser does not say why a socket was refused; the door does.
          if (now === 'waiting') void askDoor(name);
        },
      },
    });
    useClock(made.clock);
    return made;
  }

  async function enter(name: string): Promise<void> {
    leave();
    room.value = name;
    releaseTimer = setInterval(() => pictureQueue.release(playhead()), releaseEvery_ms);
    socket = makeSocket(name);
    // Socket and picture go by the cookie that /v1/me sets, so that one answer comes first.
    await Promise.all([useMe().ready().then(() => comeIn(name)), loadShowcase()]);
  }

  /** Through the door, with the token of the merchant's site if the link had one, then to the room and its picture. */
  async function comeIn(name: string): Promise<void> {
    const token = takeLinkToken();
    if (token) await showToken(name, token);
    else await askDoor(name);
    if (room.value !== name) return;
    if (!outside.value) socket?.open();
    await describe(name);
  }

  async function showToken(name: string, token: string): Promise<void> {
    try {
      takeEntry(name, await api.enterRoom(name, { token }));
    } catch (error) {
      await askDoor(name);
      if (outside.value) sayProblem(error);
    }
  }

  /** A password or an invite code; rejects with what was wrong about it. */
  async function showAtDoor(proof: EntryProof): Promise<void> {
    const name = room.value;
    takeEntry(name, await api.enterRoom(name, proof));
    await enterIfLetIn(name);
  }

  /** Something may have changed: a ticket was paid for, the viewer signed in. */
  async function askAgain(): Promise<void> {
    const name = room.value;
    await askDoor(name);
    await enterIfLetIn(name);
  }

  async function enterIfLetIn(name: string): Promise<void> {
    if (room.value !== name || outside.value) return;
    beside = null;
    socket?.close();
    socket = makeSocket(name);
    socket.open();
    await Promise.all([describe(name), loadShowcase()]);
  }

  /** Whether this viewer may be inside; without an answer the socket decides. */
  async function askDoor(name: string): Promise<void> {
    try {
      takeEntry(name, await api.roomEntry(name));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  const letsIn = (entry: RoomEntry): boolean => entry.state === 'inside' || entry.state === 'trial';

  function takeEntry(name: string, entry: RoomEntry): void {
    if (room.value !== name) return;
    acts.value = entry.acts;
    trialUntil_ms.value = entry.state === 'trial' ? entry.until_ms : 0;
    if (letsIn(entry)) outside.value = null;
    else putOut(entry);
  }

  function putOut(why: Outside): void {
    outside.value = why;
    socket?.close();
    clearTimeout(openTimer);
    const name = room.value;
    if (why.state === 'practice') openTimer = setTimeout(() => void knock(name), knockEvery_ms * (0.5 + Math.random()));
  }

  /** A room that opens by itself: everybody waits for it, each at another moment. */
  async function knock(name: string): Promise<void> {
    const entry = await api.roomEntry(name).catch(() => null);
    if (room.value !== name) return;
    if (entry?.state === 'inside') await enter(name);
    else putOut(entry ?? { state: 'practice', until_ms: 0, reason: '' });
  }

  /** A stream by token plays with the one this answer carries; it is good for a while only. */
  async function freshFlvUrl(): Promise<string> {
    return (await api.room(room.value)).flv_url;
  }

  /** What the page needs before the socket has spoken, above all where the picture is. */
  async function describe(name: string): Promise<void> {
    try {
      const found = await api.room(name);
      if (room.value !== name) return;
      title.value ||= found.title;
      hostName.value ||= found.host_name;
      if (live.value === null) setLive(found.live);
      session.value ??= found.session;
      online.value ||= found.online;
      likes.value ||= found.likes;
      flvUrl.value = found.flv_url;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (room.value !== name) return;
      if (error.status !== 404) {
        flvUrl.value = `/live/${encodeURIComponent(name)}.flv`;
        return;
      }
      missing.value = error;
      socket?.close();
    }
  }

  function leave(): void {
    socket?.close();
    socket = null;
    useClock(null);
    clearInterval(releaseTimer);
    clearTimeout(noticeTimer);
    clearTimeout(openTimer);
    pictureQueue.clear();
    flushLines();
    lines.value = [];
    cards.value = [];
    stock.value.clear();
    useFlash().clear();
    useQuestions().clear();
    useCoupons().begin([]);
    title.value = '';
    hostName.value = '';
    online.value = 0;
    likes.value = 0;
    showcaseLoaded.value = false;
    notice.value = null;
    nowShowing.value = null;
    session.value = null;
    polls.value = [];
    missing.value = null;
    outside.value = null;
    beside = null;
    trialUntil_ms.value = 0;
    acts.value = [];
    nextLineAt_ms.value = 0;
    live.value = null;
    wasLive.value = false;
    flvUrl.value = '';
    showcaseVersion = -1;
    newestVersion = -1;
  }

  /** The socket's identity is its cookie's; after signing in or out it must be opened anew. */
  function rejoin(): void {
    if (!socket) return;
    socket.close();
    void askAgain();
  }

  function take(event: ServerEvent, replayed: boolean): void {
    switch (event.kind) {
      case 'snapshot':
        return takeSnapshot(event);
      case 'chat':
      case 'own_chat':
        return addLine(event);
      case 'chat_deleted':
        flushLines();
        lines.value = lines.value.filter((line) => line.id !== event.id);
        return;
      case 'state':
        online.value = event.online;
        likes.value = event.likes;
        event.stock.forEach(takeStock);
        event.flash_stock?.forEach(useFlash().takeStock);
        event.coupons?.forEach(useCoupons().takeLeft);
        event.polls?.forEach(({ poll, counts }) => {
          polls.value = polls.value.map((card) => (card.poll === poll && card.state === 'open' ? { ...card, counts } : card));
        });
        return;
      case 'flash_turn':
        useFlash().takeTurn(event);
        return;
      case 'own_question':
        if (useQuestions().takeOwn(event)) say(i18n.global.t(`question.told_${event.state}`));
        return;
      case 'order':
        void useOrders().follow(event);
        useFlash().follow(event);
        return;
      case 'muted':
        if (you.value) you.value.muted_until_ms = event.until_ms;
        return;
      case 'held_dropped':
        return say(i18n.global.t('chat.held_dropped'));
      case 'outside':
        return leaveAsTold(event);
    }
    if (replayed) return; // the snapshot is newer than a replayed control row
    switch (event.kind) {
      case 'product_shown':
        return whenSeen({ product: event.product, at_ms: event.at_ms, media: event.media }, event.media);
      case 'product_hidden':
        return whenSeen(null, event.media);
      case 'price_revealed':
        return priceOpens(event);
      case 'showcase_changed':
        return showcaseIs(event.version);
      case 'capabilities':
        capabilities.value = { selling: event.selling, chat: event.chat };
        return;
      case 'chat_limits':
        limits.value = { ...limits.value, slow_mode_s: event.slow_mode_s, chat_interval_ms: event.chat_interval_ms };
        if (event.slow_mode_s === 0) nextLineAt_ms.value = 0;
        return;
      case 'notice':
        return addNotice(event);
      case 'flash_sale':
        return useFlash().take(event);
      case 'live':
        return setLive(event.live);
      case 'session':
        session.value = event;
        return;
      case 'poll':
        polls.value = [...polls.value.filter((card) => card.poll !== event.poll && card.state === 'open'), event];
        return;
      case 'question':
        return useQuestions().take(event);
      case 'questions':
        return useQuestions().takeOpen(event.open);
      case 'coupon':
        return useCoupons().take(event);
      case 'room_changed':
        title.value = event.title;
        hostName.value = event.host_name;
    }
  }

  /** The event says why; what would let the viewer in again is asked for. */
  function leaveAsTold(event: OutsideEvent): void {
    putOut({ state: event.why, until_ms: event.until_ms, reason: event.reason });
    // Signed out in another tab: here too, and on as a guest.
    const known = event.why === 'signed_out' ? useMe().load().catch(() => undefined) : Promise.resolve();
    void known.then(askAgain);
  }

  function takeSnapshot(event: SnapshotEvent): void {
    title.value = event.title;
    hostName.value = event.host_name;
    setLive(event.live);
    session.value = event.session;
    polls.value = event.polls;
    you.value = event.you;
    online.value = event.online;
    likes.value = event.likes;
    capabilities.value = event.capabilities;
    limits.value = event.limits;
    event.stock.forEach(takeStock);
    useFlash().begin(event.flash_sales, event.flash_stock);
    useQuestions().begin(event.questions);
    useCoupons().begin(event.coupons);
    flushLines();
    const known = new Set(event.chat.map((line) => line.id));
    lines.value = [...lines.value.filter((line) => !known.has(line.id)), ...event.chat]
      .sort((a, b) => a.at_ms - b.at_ms)
      .slice(-linesKept);
    pictureQueue.clear();
    whenSeen(event.now_showing, event.now_showing?.media ?? null);
    showcaseIs(event.showcase_version);
  }

  /** What is about the picture waits until the picture is there. */
  function whenSeen(shown: NowShowing | null, media: MediaTime | null): void {
    pictureQueue.push(media, playhead(), () => {
      nowShowing.value = shown;
      if (shown && !cards.value.some((card) => card.product === shown.product)) void loadShowcase();
    });
  }

  /** A busy room writes 50 lines a second; the list is drawn anew at most each 80 ms. */
  function addLine(line: ChatLine): void {
    newLines.push(line);
    linesTimer ??= setTimeout(flushLines, linesEvery_ms);
    lineListeners.forEach((listener) => listener(line));
  }

  function flushLines(): void {
    clearTimeout(linesTimer);
    linesTimer = undefined;
    if (newLines.length > 0) lines.value = [...lines.value, ...newLines].slice(-linesKept);
    newLines = [];
  }

  function addNotice(event: NoticeEvent): void {
    const merged = notice.value?.key === event.text_key ? notice.value.people + 1 : 1;
    notice.value = { key: event.text_key, name: event.name, product: event.product, people: merged };
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => (notice.value = null), 4_000);
  }

  function setLive(now: boolean): void {
    live.value = now;
    if (now) wasLive.value = true;
  }

  function takeStock(now: StockState): void {
    const known = stock.value.get(now.sku);
    if (!known || now.version >= known.version) stock.value.set(now.sku, now);
  }

  function showcaseIs(version: number): void {
    newestVersion = version;
    if (version === showcaseVersion) return;
    // Everybody in the room hears of the change at once; a pause of up to 0.8 s spreads the questions.
    setTimeout(() => void loadShowcase(), showcaseVersion < 0 ? 0 : Math.random() * 800);
  }

  /** The price is fetched while the picture is on its way, by each page at another moment, and shown with it. */
  function priceOpens(event: PriceRevealedEvent): void {
    newestVersion = event.version;
    const answer = new Promise((done) => setTimeout(done, Math.random() * 800)).then(askShowcase);
    const show = (found: Showcase | null): void => {
      if (!found) void loadShowcase();
      else if (found.version >= showcaseVersion) takeShowcase(found);
    };
    pictureQueue.push(event.media, playhead(), () => void answer.then(show));
  }

  async function loadShowcase(): Promise<void> {
    takeShowcase(await askShowcase());
  }

  /** Null when there is none, or the viewer has gone to another room. */
  async function askShowcase(): Promise<Showcase | null> {
    const name = room.value;
    try {
      const answer = await api.showcase(name);
      return room.value === name ? answer : null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // without the shop the room goes on
      return null;
    }
  }

  function takeShowcase(answer: Showcase | null): void {
    if (!answer) return;
    cards.value = withBeside(answer.items.map(asViewersSee));
    showcaseLoaded.value = true;
    showcaseVersion = Math.max(answer.version, newestVersion);
    for (const card of answer.items) {
      for (const variant of card.variants) takeStock({ sku: variant.sku, ...variant.stock });
    }
  }

  /** A product that is not on the showcase: the room's ticket. */
  function takeCard(card: Card): void {
    beside = card;
    cards.value = withBeside(cards.value);
    for (const variant of card.variants) takeStock({ sku: variant.sku, ...variant.stock });
  }
  const withBeside = (items: Card[]): Card[] =>
    beside && !items.some((one) => one.product === beside?.product) ? [...items, beside] : items;

  /** Units free and held of a SKU, newest known. */
  const stockOf = (sku: string): { free: number; held: number } => stock.value.get(sku) ?? { free: 0, held: 0 };
  const cardOf = (product: string): Card | null => cards.value.find((card) => card.product === product) ?? null;

  /** Whether the line is in the room or waits for a moderator. */
  const chat = async (text: string): Promise<'said' | 'held'> => {
    try {
      const answer = await socket?.chat(text);
      if (limits.value.slow_mode_s > 0 && !you.value?.role) waitForNext(limits.value.slow_mode_s * 1000);
      return answer?.kind === 'held' ? 'held' : 'said';
    } catch (error) {
      if (error instanceof ApiError && error.slug === 'rooms.too_fast') waitForNext(Number(error.problem.retry_after_ms ?? 0));
      throw error;
    }
  };
  const waitForNext = (wait_ms: number): void => {
    nextLineAt_ms.value = server_now_ms() + wait_ms;
  };
  const like = (count = 1): void => {
    socket?.like(count);
    likes.value += count;
  };
  const rtt_ms = (): number | null => socket?.clock.rtt_ms() ?? null;
  const wake = (): void => socket?.wake();
  const followPlayhead = (of: () => MediaTime | null): void => {
    playhead = of;
  };
  const onLine = (listener: (line: ChatLine) => void): (() => void) => {
    lineListeners.add(listener);
    return () => lineListeners.delete(listener);
  };

  return {
    room, title, hostName, flvUrl, freshFlvUrl, live, wasLive, missing, online, likes, you, limits, capabilities, lines, notice,
    outside, trialUntil_ms, acts, nextLineAt_ms, showAtDoor, askAgain, takeCard,
    session, polls, cards, showcaseLoaded, nowShowing, shownCard, status, stock, enter, leave, rejoin, loadShowcase, stockOf, cardOf, chat, like,
    rtt_ms, wake, followPlayhead, onLine,
  };
});
