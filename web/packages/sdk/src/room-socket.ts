import { ChatQueue, type ChatAnswer } from './chat-queue';
import type { ClientMessage, GapEvent, NumberedEvent, ServerEvent } from './events';
import { LikeBatcher } from './like-batcher';
import { ServerClock } from './server-clock';
import { randomKey } from './tap-keys';

/** The part of WebSocket that a room uses; a test brings its own. */
export interface SocketLike {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

/** `waiting` = the connection is gone and the next attempt is timed. */
export type SocketStatus = 'connecting' | 'open' | 'waiting' | 'closed';

export interface RoomListener {
  /** `replayed`: a control event from before the snapshot just given; state is already newer. */
  event(event: ServerEvent, replayed: boolean): void;
  status?(status: SocketStatus): void;
}

export interface RoomSocketOptions {
  room: string;
  listener: RoomListener;
  /** Scheme and host, "wss://shop.example"; a page leaves it out and gets its own host. */
  base?: string;
  connect?: (url: string) => SocketLike;
  now?: () => number;
  random?: () => number;
}

interface Cursor {
  epoch: number;
  seq: number;
}

const firstRetry_ms = 500;
const retryMax_ms = 15_000;
/** A program that was started anew is back within seconds, and so shall its pages be: until then no pause is longer. */
const quickRetryMax_ms = 2_500;
const quickFor_ms = 20_000;
const ping_ms = 10_000;
const silenceMax_ms = 25_000;

/**
 * One page's connection to a room. Reconnects for ever with growing, jittered pauses and resumes from
 * the last {epoch, seq}, so that each numbered event is handed on exactly once and in order.
 *
 *   connecting --open--> open --lost or silent 25 s--> waiting --pause--> connecting
 *   any --close()--> closed
 *
 * Invariants: 1. `cursor` is the last numbered event handed on (or the snapshot's). 2. An event at or
 * before the cursor is handed on only while replaying the control rows after a gap. 3. A hole in seq
 * is never handed on: the socket resumes from before it, once; a second hole there is the server's word.
 */
export class RoomSocket {
  readonly clock: ServerClock;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly chats: ChatQueue;
  private readonly likes: LikeBatcher;
  private socket: SocketLike | null = null;
  private opened = false;
  private closed = false;
  private attempt = 0;
  private cursor: Cursor | null = null;
  private replay: Cursor | null = null;
  private caughtUpAt: Cursor | null = null;
  private holeTried: Cursor | null = null;
  private ownId = '';
  private settledSocket: SocketLike | null = null;
  private heard_ms = 0;
  private lost_ms = 0;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private pingTimer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly options: RoomSocketOptions) {
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.clock = new ServerClock(this.now);
    this.chats = new ChatQueue((ref, text) => this.ready() && this.send({ kind: 'chat', ref, text }), this.now, randomKey);
    this.likes = new LikeBatcher((count) => this.ready() && this.send({ kind: 'like', count }));
  }

  open(): void {
    if (this.closed || this.socket) return;
    this.clearRetry();
    this.options.listener.status?.('connecting');
    const connect = this.options.connect ?? ((url: string) => new WebSocket(url) as SocketLike);
    const socket = connect(this.url());
    this.socket = socket;
    this.heard_ms = this.now();
    socket.onopen = () => this.onOpen(socket);
    socket.onmessage = (message) => this.onMessage(socket, message.data);
    socket.onclose = () => this.onLost(socket);
    this.pingTimer ??= setInterval(() => this.beat(), ping_ms);
  }

  /** Tries at once instead of after the pause: the network came back or the page is visible again. */
  wake(): void {
    if (this.retryTimer !== null) this.open();
    else this.beat();
  }

  close(): void {
    this.closed = true;
    this.clearRetry();
    if (this.pingTimer !== null) clearInterval(this.pingTimer);
    this.pingTimer = null;
    this.likes.stop();
    this.chats.close();
    this.drop();
    this.options.listener.status?.('closed');
  }

  /** Resolves when the room has the line or a moderator will look at it; rejects with an ApiError that says why not. */
  chat(text: string): Promise<ChatAnswer> {
    return this.chats.add(text);
  }

  like(count = 1): void {
    this.likes.add(count);
  }

  private url(): string {
    const base = this.options.base ?? location.origin.replace(/^http/, 'ws');
    const at = this.cursor ? `?epoch=${this.cursor.epoch}&seq=${this.cursor.seq}` : '';
    return `${base}/v1/rooms/${encodeURIComponent(this.options.room)}/socket${at}`;
  }

  /** Up, and all that was missed has come: what waits may be sent. */
  private ready(): boolean {
    return this.opened && this.caughtUpAt === null;
  }

  private send(message: ClientMessage): boolean {
    this.socket?.send(JSON.stringify(message));
    return this.socket !== null;
  }

  private onOpen(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.heard_ms = this.now();
    this.send({ kind: 'ping', t: this.now() });
  }

  private onMessage(socket: SocketLike, data: unknown): void {
    if (socket !== this.socket) return;
    this.heard_ms = this.now();
    for (const event of JSON.parse(String(data)) as ServerEvent[]) {
      this.take(event);
      if (socket !== this.socket) return; // a hole was found: the rest comes again after resuming
    }
    this.replay = null; // the control rows of a gap come in the gap's own frame
    this.settle();
  }

  private take(event: ServerEvent): void {
    switch (event.kind) {
      case 'snapshot':
        this.ownId = event.you.id;
        this.cursor = { epoch: event.epoch, seq: event.seq };
        this.caughtUpAt = null;
        this.welcome(event.server_time_ms);
        for (const line of event.chat) this.noticeOwn(line);
        break;
      case 'resumed':
        this.caughtUpAt = { epoch: event.epoch, seq: event.seq };
        this.welcome(event.server_time_ms);
        break;
      case 'gap':
        this.replay = afterGap(event);
        break;
      case 'pong':
        this.clock.pong(event.t, event.server_time_ms);
        break;
      case 'ack':
      case 'held':
      case 'error':
        this.chats.answered(event);
        break;
      case 'own_chat':
        this.chats.seen(event);
        break;
      case 'outside':
        this.options.listener.event(event, false);
        this.close();
        return;
      case 'state':
      case 'order':
      case 'muted':
      case 'flash_turn':
      case 'own_question':
      case 'held_dropped':
        break;
      default:
        this.takeNumbered(event);
        return;
    }
    this.options.listener.event(event, false);
  }

  private takeNumbered(event: NumberedEvent): void {
    const cursor = this.cursor;
    if (cursor && !isAfter(event, cursor)) {
      if (!this.replay || !isAfter(event, this.replay)) return;
      this.replay = { epoch: event.epoch, seq: event.seq };
      this.options.listener.event(event, true);
      return;
    }
    if (cursor && event.epoch === cursor.epoch && event.seq > cursor.seq + 1 && !same(this.holeTried, cursor)) {
      this.holeTried = cursor;
      this.drop();
      this.open();
      return;
    }
    this.cursor = { epoch: event.epoch, seq: event.seq };
    this.noticeOwn(event);
    this.options.listener.event(event, false);
  }

  private noticeOwn(event: NumberedEvent): void {
    if (event.kind === 'chat' && event.from.id === this.ownId) this.chats.seen(event);
  }

  private welcome(server_time_ms: number): void {
    this.clock.hint(server_time_ms);
    this.opened = true;
    this.attempt = 0;
    this.options.listener.status?.('open');
  }

  /** Sends what waited as soon as the missed events are all in. */
  private settle(): void {
    if (!this.opened) return;
    const waitedFor = this.caughtUpAt;
    if (waitedFor && (!this.cursor || isAfter(waitedFor, this.cursor))) return;
    this.caughtUpAt = null;
    if (this.settledSocket !== this.socket) {
      this.settledSocket = this.socket;
      this.chats.flush();
    }
    this.likes.retry();
  }

  private onLost(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.drop();
    if (this.closed) return;
    if (this.attempt === 0) this.lost_ms = this.now();
    const longest_ms = this.now() - this.lost_ms < quickFor_ms ? quickRetryMax_ms : retryMax_ms;
    const ceiling_ms = Math.min(longest_ms, firstRetry_ms * 2 ** this.attempt);
    this.attempt += 1;
    const pause_ms = ceiling_ms * (0.5 + this.random() / 2);
    this.retryTimer = setTimeout(() => this.open(), pause_ms);
    this.options.listener.status?.('waiting');
  }

  private beat(): void {
    this.chats.expire();
    if (!this.socket) return;
    if (this.now() - this.heard_ms > silenceMax_ms) this.onLost(this.socket);
    else if (this.opened) this.send({ kind: 'ping', t: this.now() });
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.opened = false;
    this.caughtUpAt = null;
    socket?.close();
  }

  private clearRetry(): void {
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }
}

function isAfter(event: Cursor, cursor: Cursor): boolean {
  return event.epoch > cursor.epoch || (event.epoch === cursor.epoch && event.seq > cursor.seq);
}

function same(one: Cursor | null, other: Cursor): boolean {
  return one !== null && one.epoch === other.epoch && one.seq === other.seq;
}

function afterGap(gap: GapEvent): Cursor {
  return { epoch: gap.from_epoch, seq: gap.from_seq };
}
