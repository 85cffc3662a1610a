import type { Variant } from '@vitrine/sdk';
import { describe, expect, it } from 'vitest';
import { priceDraft, priceFormErrors, type PriceForm } from './price-form';

const variants = [{ sku: 'sku_1', price: { amount: 1000, currency: 'CNY' } }] as Variant[];
const form = (change: Partial<PriceForm> = {}): PriceForm => ({
  sku: 'sku_1',
  kind: 'activity',
  tier: 2,
  label: ' Tonight ',
  price: '8.80',
  from: '',
  until: '2999-01-01T00:00',
  ...change,
});

describe('a price', () => {
  it('is above nothing and not above the base price', () => {
    expect(priceFormErrors(form(), variants)).toEqual({});
    expect(priceFormErrors(form({ price: '0' }), variants).price).toBe('price.error.price');
    expect(priceFormErrors(form({ price: '10.01' }), variants).price).toBe('price.error.above_base');
  });

  it('of an activity has an end, and after its beginning', () => {
    expect(priceFormErrors(form({ until: '' }), variants).until).toBe('price.error.until');
    expect(priceFormErrors(form({ until: '2000-01-01T00:00' }), variants).until).toBe('price.error.times');
    expect(priceFormErrors(form({ kind: 'member', until: '' }), variants)).toEqual({});
  });

  it('has a tier or a label, as its kind is', () => {
    expect(priceDraft(form(), 'CNY')).toMatchObject({ tier: null, label: 'Tonight', price: { amount: 880 }, from_ms: null });
    expect(priceDraft(form({ kind: 'member' }), 'CNY')).toMatchObject({ tier: 2, label: '' });
  });
});
