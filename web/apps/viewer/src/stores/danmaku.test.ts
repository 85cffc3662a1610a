import { describe, expect, it } from 'vitest';
import { readSettings } from './danmaku';

describe('what a browser kept of bullet chat', () => {
  it('is taken as it was', () => {
    const kept = { on: true, lanes: 8, density: 'few', opacity: 0.5 };
    expect(readSettings(JSON.stringify(kept))).toEqual(kept);
  });

  it('falls back to the usual where it makes no sense', () => {
    const usual = { on: null, lanes: 4, density: 'some', opacity: 1 };
    expect(readSettings(null)).toEqual(usual);
    expect(readSettings('not json')).toEqual(usual);
    expect(readSettings('{"on":"yes","lanes":3,"density":"full","opacity":"0"}')).toEqual(usual);
    expect(readSettings('{"opacity":0}').opacity).toBe(0.2);
  });
});
