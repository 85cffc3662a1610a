import { beforeEach, describe, expect, it } from 'vitest';
import { MediaTimeQueue } from './media-time-queue';

const at = (seconds: number, epoch = 1) => ({ epoch, pts90k: seconds * 90_000 });

describe('MediaTimeQueue', () => {
  let now_ms = 0;
  let shown: string[];
  let queue: MediaTimeQueue;
  const push = (name: string, media: ReturnType<typeof at> | null, playhead: ReturnType<typeof at> | null): void =>
    queue.push(media, playhead, () => shown.push(name));

  beforeEach(() => {
    now_ms = 0;
    shown = [];
    queue = new MediaTimeQueue(() => now_ms);
  });

  it('shows a product when the playhead passes its moment, not before', () => {
    push('mug', at(10), at(8));
    queue.release(at(9.9));
    expect(shown).toEqual([]);
    queue.release(at(10));
    expect(shown).toEqual(['mug']);
  });

  it('is 5 s late at most', () => {
    push('mug', at(60), at(8));
    now_ms = 4_999;
    queue.release(at(8));
    expect(shown).toEqual([]);
    now_ms = 5_000;
    queue.release(at(8));
    expect(shown).toEqual(['mug']);
  });

  it('shows at once when nothing plays, or the event names no moment', () => {
    push('mug', at(10), null);
    push('cup', null, at(8));
    expect(shown).toEqual(['mug', 'cup']);
  });

  it('takes a moment of an ended epoch as passed and waits for one of the next', () => {
    push('old', at(99, 1), at(1, 2));
    push('next', at(0, 3), at(1, 2));
    expect(shown).toEqual(['old']);
    queue.release(at(0, 3));
    expect(shown).toEqual(['old', 'next']);
  });

  it('keeps the order: what is due takes what came before along', () => {
    push('shown', at(10), at(8));
    push('hidden', at(9), at(8));
    queue.release(at(9));
    expect(shown).toEqual(['shown', 'hidden']);
  });
});
