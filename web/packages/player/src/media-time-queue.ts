import type { MediaTime } from '@vitrine/sdk';

interface Waiting {
  media: MediaTime | null;
  deadline_ms: number;
  apply: () => void;
}

const lateMax_ms = 5_000;

/**
 * Holds back what is about the picture until the picture is there (docs/architecture.md, media time): a
 * product shown by the host appears when the playhead passes that moment, 5 s late at most, and at once
 * when nothing plays. Order is kept: what came later never appears before what came earlier.
 */
export class MediaTimeQueue {
  private waiting: Waiting[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  push(media: MediaTime | null, playhead: MediaTime | null, apply: () => void): void {
    this.waiting.push({ media, deadline_ms: this.now() + lateMax_ms, apply });
    this.release(playhead);
  }

  /** Call a few times a second with the playhead, or null when nothing plays. */
  release(playhead: MediaTime | null): void {
    const now_ms = this.now();
    const due = this.waiting.findLastIndex(
      (event) => now_ms >= event.deadline_ms || hasPassed(event.media, playhead),
    );
    for (const event of this.waiting.splice(0, due + 1)) event.apply();
  }

  clear(): void {
    this.waiting = [];
  }
}

function hasPassed(media: MediaTime | null, playhead: MediaTime | null): boolean {
  if (!media || !playhead) return true;
  if (playhead.epoch !== media.epoch) return playhead.epoch > media.epoch;
  return playhead.pts90k >= media.pts90k;
}
