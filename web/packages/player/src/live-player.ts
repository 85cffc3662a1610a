import type { MediaTime } from '@vitrine/sdk';
import { startMpegts, type EngineEvents, type EngineFailure, type EngineSession, type StartEngine } from './flv-engine';

/**
 * idle --start()--> loading --first frame--> playing <--> stalled
 * any --end or error--> retrying --pause--> loading;  404 --> offline --pause--> loading
 */
export type PlayerState = 'idle' | 'loading' | 'playing' | 'stalled' | 'retrying' | 'offline' | 'unsupported';

export interface LivePlayerOptions {
  /** Path of the HTTP-FLV stream on this host, "/live/demo.flv". */
  url: string;
  /** Asked for another URL when the server refused this one (403): its token has expired. */
  freshUrl?: () => Promise<string>;
  onState?: (state: PlayerState) => void;
  /** The browser refused sound without a tap; the picture plays muted until unmute(). */
  onMuted?: () => void;
  start?: StartEngine;
  random?: () => number;
  now?: () => number;
}

const firstRetry_ms = 400;
const retryMax_ms = 8_000;
const watch_ms = 250;
const stalledAfter_ms = 1_500;
const restartAfter_ms = 10_000;
const weakWindow_ms = 30_000;
const httpAttemptsBeforeWebSocket = 2;
const haveCurrentData = 2; // HTMLMediaElement.HAVE_CURRENT_DATA

/**
 * Plays a live stream in a video element and keeps playing it: retries with growing, jittered pauses,
 * over WebSocket and HTTP by turns once HTTP has failed twice without a frame, and restarts a picture that
 * froze for 10 s.
 */
export class LivePlayer {
  state: PlayerState = 'idle';
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly startEngine: StartEngine;
  private session: EngineSession | null = null;
  private url: string;
  private refused = false;
  private run = 0;
  private attempt = 0;
  private fruitless = 0;
  private anchor: { epoch: number; dts90k: number; at_s: number } | null = null;
  private lastTime_s = 0;
  private moved_ms = 0;
  private stalls_ms: number[] = [];
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private watchTimer: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: LivePlayerOptions,
  ) {
    this.url = options.url;
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.startEngine = options.start ?? startMpegts;
  }

  /** Starts, or tries again at once when waiting for the next attempt. */
  start(): void {
    if (this.session || this.state === 'loading') return;
    this.clearRetry();
    this.watchTimer ??= setInterval(() => this.watch(), watch_ms);
    void this.load();
  }

  stop(): void {
    this.run += 1;
    this.clearRetry();
    if (this.watchTimer !== null) clearInterval(this.watchTimer);
    this.watchTimer = null;
    this.endSession();
    this.attempt = 0;
    this.enter('idle');
  }

  unmute(): void {
    this.video.muted = false;
    void this.video.play().catch(() => undefined);
  }

  /** Where the picture is on the stream's own line, or null when nothing plays. */
  playhead(): MediaTime | null {
    if (!this.anchor || (this.state !== 'playing' && this.state !== 'stalled')) return null;
    const since_s = this.video.currentTime - this.anchor.at_s;
    return { epoch: this.anchor.epoch, pts90k: Math.round(this.anchor.dts90k + since_s * 90_000) };
  }

  /** True after a second stall within 30 s: the network is too weak for this quality. */
  weak(): boolean {
    const since_ms = this.now() - weakWindow_ms;
    this.stalls_ms = this.stalls_ms.filter((at_ms) => at_ms >= since_ms);
    return this.stalls_ms.length >= 2;
  }

  private async load(): Promise<void> {
    const run = ++this.run;
    this.anchor = null;
    this.moved_ms = this.now();
    this.lastTime_s = 0;
    this.enter('loading');
    await this.renew();
    if (run !== this.run) return;
    const session = await this.startEngine(this.video, this.address(), this.eventsOf(run)).catch(() => null);
    if (run !== this.run) {
      session?.destroy();
      return;
    }
    if (!session) {
      this.fail('network'); // the player's own code could not be loaded
      return;
    }
    this.session = session;
    this.play(run);
  }

  private eventsOf(run: number): EngineEvents {
    const current = (then: () => void) => (): void => {
      if (run === this.run) then();
    };
    return {
      metadata: (fields) => current(() => this.takeMetadata(fields))(),
      ended: current(() => this.fail('network')),
      failed: (reason) => current(() => this.fail(reason))(),
    };
  }

  private play(run: number): void {
    this.video.play().catch((error: unknown) => {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      if (run !== this.run || !refused || this.video.muted) return;
      this.video.muted = true;
      this.options.onMuted?.();
      void this.video.play().catch(() => undefined);
    });
  }

  /**
   * The first onMetaData belongs to time 0. A later one says that the publisher came back: within an epoch the
   * stream's line and the element's time both went on by the time that passed, so the first one still holds.
   */
  private takeMetadata(fields: Record<string, unknown>): void {
    const { vitrineEpoch: epoch, vitrineFirstDts: dts90k } = fields;
    if (typeof epoch !== 'number' || typeof dts90k !== 'number') return;
    if (this.anchor?.epoch === epoch) return;
    const buffered = this.video.buffered;
    const at_s = this.anchor && buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
    this.anchor = { epoch, dts90k, at_s };
  }

  private watch(): void {
    if (!this.session) return;
    const time_s = this.video.currentTime;
    if (time_s !== this.lastTime_s && this.video.readyState >= haveCurrentData) {
      this.lastTime_s = time_s;
      this.moved_ms = this.now();
      this.attempt = 0;
      this.fruitless = 0;
      this.enter('playing');
      return;
    }
    if (this.video.paused && this.state === 'playing') return; // held by the viewer or a hidden page
    const still_ms = this.now() - this.moved_ms;
    if (still_ms > restartAfter_ms) this.fail('network');
    else if (still_ms > stalledAfter_ms && this.state === 'playing') {
      this.stalls_ms.push(this.now());
      this.enter('stalled');
    }
  }

  private fail(reason: EngineFailure): void {
    this.run += 1;
    this.endSession();
    if (reason === 'unsupported') {
      this.enter('unsupported');
      return;
    }
    if (reason === 'network') this.fruitless += 1;
    this.refused = reason === 'forbidden';
    const ceiling_ms = Math.min(retryMax_ms, firstRetry_ms * 2 ** this.attempt);
    this.attempt += 1;
    this.enter(reason === 'not_found' ? 'offline' : 'retrying');
    this.retryTimer = setTimeout(() => this.start(), ceiling_ms * (0.5 + this.random() / 2));
  }

  /** HTTP, HTTP, then by turns: what kept one of them from working may be gone. */
  private address(): string {
    const overWebSocket = this.fruitless >= httpAttemptsBeforeWebSocket && this.fruitless % 2 === 0;
    if (!overWebSocket) return this.url;
    return new URL(this.url, location.href.replace(/^http/, 'ws')).href;
  }

  /** Keeps the URL there is when nobody gives a better one: the next attempt asks again. */
  private async renew(): Promise<void> {
    if (!this.refused || !this.options.freshUrl) return;
    this.url = await this.options.freshUrl().catch(() => this.url);
    this.refused = false;
  }

  private endSession(): void {
    this.session?.destroy();
    this.session = null;
    this.anchor = null;
  }

  private clearRetry(): void {
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }

  private enter(state: PlayerState): void {
    if (state === this.state) return;
    this.state = state;
    this.options.onState?.(state);
  }
}
