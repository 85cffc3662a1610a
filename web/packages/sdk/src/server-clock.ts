interface Sample {
  rtt_ms: number;
  offset_ms: number;
}

const samplesKept = 8;

/**
 * The server's clock as seen from here. Each ping gives an offset that is wrong by at most half its
 * round trip, so the quickest of the last few pings is believed (RFC 5905 calls this the clock filter).
 */
export class ServerClock {
  private samples: Sample[] = [];
  private rough_ms = 0;

  /** `now` is this machine's wall time in ms. */
  constructor(private readonly now: () => number = Date.now) {}

  /** A server time that came without a round trip: used until the first pong. */
  hint(server_time_ms: number): void {
    this.rough_ms = server_time_ms - this.now();
  }

  pong(sent_ms: number, server_time_ms: number): void {
    const received_ms = this.now();
    const rtt_ms = received_ms - sent_ms;
    if (rtt_ms < 0) return; // the local clock was set back meanwhile
    this.samples.push({ rtt_ms, offset_ms: server_time_ms + rtt_ms / 2 - received_ms });
    if (this.samples.length > samplesKept) this.samples.shift();
  }

  /** The server's wall time now, in ms. */
  server_now_ms(): number {
    return this.now() + this.offset_ms();
  }

  offset_ms(): number {
    return this.best()?.offset_ms ?? this.rough_ms;
  }

  /** Round trip of the quickest recent ping, or null before the second: the first one meets a busy start. */
  rtt_ms(): number | null {
    return this.samples.length < 2 ? null : (this.best()?.rtt_ms ?? null);
  }

  private best(): Sample | undefined {
    return this.samples.reduce<Sample | undefined>(
      (best, sample) => (best && best.rtt_ms <= sample.rtt_ms ? best : sample),
      undefined,
    );
  }
}
