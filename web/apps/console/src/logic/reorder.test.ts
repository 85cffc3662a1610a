import { describe, expect, it } from 'vitest';
import { dropIndex, moved } from './reorder';

describe('moved', () => {
  it('moves down and up and leaves the list it was given', () => {
    const list = ['a', 'b', 'c'];
    expect(moved(list, 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(list, 2, 0)).toEqual(['c', 'a', 'b']);
    expect(list).toEqual(['a', 'b', 'c']);
  });

  it('changes nothing for a place outside the list', () => {
    expect(moved(['a', 'b'], 0, 2)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], -1, 0)).toEqual(['a', 'b']);
  });
});

describe('dropIndex', () => {
  const rows = [
    { top: 0, height: 100 },
    { top: 100, height: 50 },
    { top: 150, height: 100 },
  ];

  it('takes the row whose middle is the nearest', () => {
    expect(dropIndex(-40, rows)).toBe(0);
    expect(dropIndex(110, rows)).toBe(1);
    expect(dropIndex(900, rows)).toBe(2);
  });
});
