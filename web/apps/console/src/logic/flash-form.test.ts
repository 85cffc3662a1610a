import { describe, expect, it } from 'vitest';
import type { Card } from '@vitrine/sdk';
import { flashDraft, flashErrors, flashFormOf } from './flash-form';

const card = {
  product: 'prd_1',
  name: 'Mug',
  variants: [
    { sku: 'sku_1', name: 'Red', price: { amount: 990, currency: 'CNY' }, stock: { free: 12, held: 0, version: 1 } },
    { sku: 'sku_2', name: 'Blue', price: { amount: 990, currency: 'CNY' }, stock: { free: 0, held: 3, version: 1 } },
  ],
} as Card;

describe('the flash sale form', () => {
  it('begins so that it can be sent as it is: what has stock, at a lower price', () => {
    const form = flashFormOf(card);
    expect(flashErrors(form, 0)).toEqual({});
    expect(flashDraft(form, 'demo', 'CNY')).toEqual({
      room: 'demo',
      items: [{ sku: 'sku_1', price: { amount: 390, currency: 'CNY' }, units: 12 }],
      starts_at_ms: null,
      duration_s: 600,
      preheat_s: 60,
      open_delay_ms: 0,
      per_buyer: 1,
      per_order: 1,
      pay_minutes: 5,
    });
  });

  it.each([
    ['a price above the list price', { price: '9.91' }, 'sku_1.price'],
    ['no price', { price: '0' }, 'sku_1.price'],
    ['more units than there are', { units: '13' }, 'sku_1.units'],
    ['no unit', { units: '0' }, 'sku_1.units'],
  ])('refuses %s', (_, change, path) => {
    const form = flashFormOf(card);
    Object.assign(form.items[0] ?? {}, change);
    expect(Object.keys(flashErrors(form, 0))).toEqual([path]);
  });

  it('refuses a start that has passed and a sale of nothing', () => {
    const form = flashFormOf(card);
    form.startsAt = '2026-11-22T20:00';
    expect(flashErrors(form, Date.parse('2026-11-22T19:59'))).toEqual({});
    expect(flashErrors(form, Date.parse('2026-11-22T20:00'))).toHaveProperty('startsAt');
    const nothing = flashFormOf(card);
    nothing.items.forEach((item) => (item.chosen = false));
    expect(flashErrors(nothing, 0)).toEqual({ items: 'live.flash.error.none' });
  });
});
