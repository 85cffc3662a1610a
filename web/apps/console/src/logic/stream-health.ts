// What the encoder sends, sample by sample: a bounded history for the sparklines and a verdict a
// host can act on. Pure: the caller polls, this remembers.

export type Verdict = 'good' | 'warn' | 'bad';

export interface HealthSample {
  bitrateKbps: number;
  fps: number;
  keyframeGapMs: number;
}

/** One minute at one sample a second. */
export const HISTORY_SAMPLES = 60;

/** The history with one more sample, the oldest dropped past HISTORY_SAMPLES. */
export function appendSample(history: readonly HealthSample[], sample: HealthSample): HealthSample[] {
  return [...history, sample].slice(-HISTORY_SAMPLES);
}

// Below 300 kb/s a face is a mosaic on a phone; 800 is where 720p stops looking soft.
export function bitrateVerdict(kbps: number): Verdict {
  if (kbps < 300) return 'bad';
  return kbps < 800 ? 'warn' : 'good';
}

export function fpsVerdict(fps: number): Verdict {
  if (fps < 12) return 'bad';
  return fps < 20 ? 'warn' : 'good';
}

// A viewer can only join at a key frame, so the gap is the longest wait for the first picture.
export function keyframeVerdict(gapMs: number): Verdict {
  if (gapMs > 6000) return 'bad';
  return gapMs > 3000 ? 'warn' : 'good';
}

/** SVG polyline points of `values` in a width x height box; the scale starts at zero so that small wobbles stay small. */
export function sparklinePoints(values: readonly number[], width: number, height: number): string {
  if (values.length === 0) return '';
  const top = Math.max(...values, 1);
  const step = width / Math.max(HISTORY_SAMPLES - 1, 1);
  const start = width - step * (values.length - 1);
  return values
    .map((value, index) => {
      const x = start + step * index;
      const y = height - 1 - (Math.max(value, 0) / top) * (height - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
