const interval_ms = 500;
const waitingMax = 200;

/** Collects taps on the heart and sends at most one message each 500 ms; what is over 200 is dropped. */
export class LikeBatcher {
  private waiting = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** `send` returns false when there is no connection; the likes then wait for `retry()`. */
  constructor(private readonly send: (count: number) => boolean) {}

  add(count = 1): void {
    this.waiting = Math.min(this.waiting + count, waitingMax);
    if (this.timer === null) this.flush();
  }

  retry(): void {
    if (this.timer === null && this.waiting > 0) this.flush();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = 0;
  }

  private flush(): void {
    if (this.waiting === 0 || !this.send(this.waiting)) return;
    this.waiting = 0;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.flush();
    }, interval_ms);
  }
}
