import { beforeEach, describe, expect, it } from 'vitest';
import { closeSheets, go, openSheet, place, replaceSheet, startPlace } from './place';

const names = (): string[] => place.sheets.map((sheet) => sheet.name);

describe('place', () => {
  beforeEach(() => {
    history.pushState({ sheets: [] }, '', '/r/demo');
    startPlace(null);
  });

  it('opens sheets over each other, and a finished step is replaced', () => {
    openSheet('product', { product: 'prd_1' });
    openSheet('checkout', { lines: 'sku_1:1' });
    replaceSheet('pay', { order: 'ord_1' });
    expect(names()).toEqual(['product', 'pay']);
    expect(place.sheets[1]?.args).toEqual({ order: 'ord_1' });
    expect(place.path).toBe('/r/demo');
  });

  it('starts from a deep link with the sheet above the room', () => {
    startPlace({ name: 'order', args: { order: 'ord_1' } });
    expect(names()).toEqual(['order']);
  });

  it('leaves no sheet behind when going to another page', () => {
    openSheet('bag');
    go('/');
    expect(names()).toEqual([]);
    expect(place.path).toBe('/');
  });

  it('closes for the eye before the history has moved', () => {
    openSheet('bag');
    openSheet('cart');
    void closeSheets();
    expect(names()).toEqual(['bag']);
  });

  it('waits with opening the next sheet until the closing one has left the history', async () => {
    openSheet('bag');
    const closed = closeSheets();
    openSheet('orders');
    await closed;
    await Promise.resolve();
    expect(names().at(-1)).toBe('orders');
  });
});
