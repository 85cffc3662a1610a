import { describe, expect, it } from 'vitest';
import { localTime, timeOf } from './session-form';

describe('the start of a session in its field', () => {
  it('comes back as the same minute', () => {
    const eight = new Date(2026, 10, 5, 20, 5).getTime();
    expect(localTime(eight)).toBe('2026-11-05T20:05');
    expect(timeOf(localTime(eight))).toBe(eight);
  });

  it('is none while the field is empty', () => {
    expect(localTime(null)).toBe('');
    expect(timeOf('')).toBeNull();
  });
});
