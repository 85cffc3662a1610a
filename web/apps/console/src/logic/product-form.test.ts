import type { Product } from '@vitrine/sdk';
import { describe, expect, it } from 'vitest';
import { emptyForm, emptyVariant, formErrors, formOf, parseAmount, stockChanges, writeBody } from './product-form';

const mug: Product = {
  product: 'prd_1',
  name: 'Mug',
  description: '',
  category: '',
  pictures: ['/v1/pictures/pic_7', '/v1/pictures/pic_8'],
  state: 'active',
  needs_shipping: true,
  price_hidden: false,
  version: 3,
  created_at_ms: 0,
  variants: [
    {
      sku: 'sku_1',
      name: 'Blue',
      price: { amount: 5905, currency: 'CNY' },
      price_version: 2,
      stock: { free: 4, held: 1, sold: 9 },
    },
  ],
};

describe('amounts', () => {
  it.each([
    ['9.9', 990],
    ['9.90', 990],
    ['9', 900],
    [' 0.01 ', 1],
    ['59.05', 5905],
  ])('%j is %i minor units', (text, amount) => {
    expect(parseAmount(text)).toBe(amount);
  });

  it.each(['', 'abc', '9.999', '-1', '1,5', '.5', '123456789'])('%j is no amount', (text) => {
    expect(parseAmount(text)).toBeNull();
  });
});

describe('the product form', () => {
  it('says what a new, empty form lacks', () => {
    expect(Object.keys(formErrors(emptyForm())).sort()).toEqual(['name', 'variants.0.price', 'variants.0.stock']);
  });

  it('asks for names only once there are two variants, and for different ones', () => {
    const form = formOf(mug);
    form.variants.push({ ...emptyVariant(), price: '1', stock: '1' });
    expect(formErrors(form)).toEqual({ 'variants.1.name': 'product.error.variant_name_empty' });
    form.variants[1]!.name = 'Blue';
    expect(formErrors(form)).toEqual({ 'variants.1.name': 'product.error.variant_name_twice' });
  });

  it('sends back what it was given: same prices, pictures by id, the version that was edited', () => {
    expect(writeBody(formOf(mug), 'CNY', 'Default')).toEqual({
      name: 'Mug',
      description: '',
      category: '',
      pictures: ['pic_7', 'pic_8'],
      needs_shipping: true,
      variants: [{ sku: 'sku_1', name: 'Blue', price: { amount: 5905, currency: 'CNY' } }],
      version: 3,
    });
  });

  it('gives first stock to new variants and movements to known ones', () => {
    const form = formOf(mug);
    form.variants[0]!.stock = '10';
    form.variants.push({ ...emptyVariant(), name: 'Red', price: '9.90', stock: '5' });
    expect(stockChanges(form)).toEqual([{ sku: 'sku_1', change: 6 }]);
    expect(writeBody(form, 'CNY', 'Default').variants[1]).toEqual({
      name: 'Red',
      price: { amount: 990, currency: 'CNY' },
      initial_stock: 5,
    });
  });

  it('names a single variant that has no name, and lets nothing be given away', () => {
    const form = { ...emptyForm(), name: 'Mug' };
    form.variants = [{ ...emptyVariant(), price: '0', stock: '1' }];
    expect(formErrors(form)).toEqual({ 'variants.0.price': 'product.error.price' });
    form.variants[0]!.price = '1';
    expect(writeBody(form, 'CNY', 'Default').variants[0]?.name).toBe('Default');
  });
});
