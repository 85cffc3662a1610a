import type { Order } from '@vitrine/sdk';
import { describe, expect, it } from 'vitest';
import { wordsOf } from './blocked-words';
import { browserName } from './browser-name';
import { orderActions } from './order-actions';
import { pictureBytesMax, pictureProblem } from './picture-rules';
import { SLUG, slugOf } from './slug';

describe('slugs', () => {
  it.each([
    ['Tea time!', 'tea-time'],
    ['Café  Noir', 'cafe-noir'],
    ['秋日专场', ''],
    ['秋日 2026', '2026'],
  ])('%j becomes %j', (title, slug) => {
    expect(slugOf(title)).toBe(slug);
  });

  it('are what the server takes', () => {
    expect(SLUG.test('tea-time_2')).toBe(true);
    expect(SLUG.test('Tea')).toBe(false);
    expect(SLUG.test('x'.repeat(65))).toBe(false);
  });
});

describe('blocked words', () => {
  it('are one a line, trimmed, each once', () => {
    expect(wordsOf(' 坏词 \n\nspam\nspam\n')).toEqual(['坏词', 'spam']);
  });
});

describe('pictures', () => {
  it('must be a known type and not too large', () => {
    expect(pictureProblem({ type: 'image/png', size: pictureBytesMax })).toBeNull();
    expect(pictureProblem({ type: 'image/png', size: pictureBytesMax + 1 })).toBe('product.error.picture_size');
    expect(pictureProblem({ type: 'image/svg+xml', size: 1 })).toBe('product.error.picture_type');
  });
});

describe('order actions', () => {
  const order = (state: Order['state'], providers: string[] = []) =>
    ({ state, needs_shipping: true, payments: providers.map((provider) => ({ provider })) }) as Order;

  it('ships what is paid and nothing else', () => {
    expect(orderActions(order('paid')).ship).toBe(true);
    expect(orderActions(order('partly_shipped')).ship).toBe(true);
    expect(orderActions(order('pending_payment')).ship).toBe(false);
    expect(orderActions(order('shipped')).ship).toBe(false);
    expect(orderActions({ ...order('paid'), needs_shipping: false }).ship).toBe(false);
  });

  it('confirms by hand only what is to be paid by hand', () => {
    expect(orderActions(order('pending_payment', ['manual'])).confirmPayment).toBe(true);
    expect(orderActions(order('closing', ['manual'])).confirmPayment).toBe(true);
    expect(orderActions(order('pending_payment', ['sandbox'])).confirmPayment).toBe(false);
    expect(orderActions(order('paid', ['manual'])).confirmPayment).toBe(false);
  });
});

describe('browser names', () => {
  it('are what somebody knows their device by', () => {
    expect(browserName('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0')).toBe(
      'Edge · Windows',
    );
    expect(browserName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1')).toBe(
      'Safari · iPhone',
    );
    expect(browserName('curl/8.0')).toBe('curl/8.0');
    expect(browserName('')).toBe('—');
  });
});
