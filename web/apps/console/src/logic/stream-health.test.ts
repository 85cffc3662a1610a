import { describe, expect, it } from 'vitest';
import {
  appendSample,
  bitrateVerdict,
  fpsVerdict,
  HISTORY_SAMPLES,
  keyframeVerdict,
  sparklinePoints,
  type HealthSample,
} from './stream-health';

const sample = (bitrateKbps: number): HealthSample => ({ bitrateKbps, fps: 30, keyframeGapMs: 2000 });

describe('stream health', () => {
  it('keeps the newest minute of samples', () => {
    let history: HealthSample[] = [];
    for (let second = 0; second < HISTORY_SAMPLES + 5; second += 1) history = appendSample(history, sample(second));
    expect(history).toHaveLength(HISTORY_SAMPLES);
    expect(history[0]?.bitrateKbps).toBe(5);
    expect(history.at(-1)?.bitrateKbps).toBe(HISTORY_SAMPLES + 4);
  });

  it.each([
    [bitrateVerdict, 2500, 'good'],
    [bitrateVerdict, 799, 'warn'],
    [bitrateVerdict, 299, 'bad'],
    [fpsVerdict, 30, 'good'],
    [fpsVerdict, 19, 'warn'],
    [fpsVerdict, 11, 'bad'],
    [keyframeVerdict, 2000, 'good'],
    [keyframeVerdict, 3001, 'warn'],
    [keyframeVerdict, 6001, 'bad'],
  ] as const)('%o of %i is %s', (verdict, value, expected) => {
    expect(verdict(value)).toBe(expected);
  });

  it('draws the newest sample at the right edge, from zero up', () => {
    const points = sparklinePoints([0, 10], 96, 26).split(' ');
    expect(points[0]).toMatch(/,25\.0$/);
    expect(points[1]).toMatch(/^96\.0,/);
  });

  it('draws nothing without samples', () => {
    expect(sparklinePoints([], 96, 26)).toBe('');
  });
});
