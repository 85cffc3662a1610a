import { describe, expect, it } from 'vitest';
import { linesText, parseLines } from './lines';

describe('lines of a checkout', () => {
  it('survive the way through the history', () => {
    const lines = [
      { sku: 'sku_1', quantity: 2 },
      { sku: 'sku_2', quantity: 1 },
    ];
    expect(parseLines(linesText(lines))).toEqual(lines);
  });

  it.each(['', 'sku_1', 'sku_1:0', 'sku_1:-2', 'sku_1:1.5', ':3'])('takes nothing from %j', (text) => {
    expect(parseLines(text)).toEqual([]);
  });
});
