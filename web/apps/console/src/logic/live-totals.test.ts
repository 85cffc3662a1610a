import type { Order } from '@vitrine/sdk';
import { describe, expect, it } from 'vitest';
import { clockText, liveTotals } from './live-totals';

const order = (fields: Partial<Order>): Order =>
  ({
    room: 'demo',
    state: 'paid',
    test: false,
    created_at_ms: 1000,
    total: { amount: 990, currency: 'CNY' },
    ...fields,
  }) as Order;

describe('live totals', () => {
  it('counts what was ordered in this room since the live began', () => {
    const orders = [order({}), order({ room: 'other' }), order({ created_at_ms: 999 }), order({ room: null })];
    expect(liveTotals(orders, 'demo', 1000)).toEqual({ orders: 1, paid: 990, testPaid: 0 });
  });

  it('sums only what is paid, and sandbox money apart', () => {
    const orders = [
      order({ state: 'shipped' }),
      order({ test: true }),
      order({ state: 'pending_payment' }),
      order({ state: 'refunded' }),
    ];
    expect(liveTotals(orders, 'demo', 0)).toEqual({ orders: 4, paid: 990, testPaid: 990 });
  });
});

describe('clockText', () => {
  it.each([
    [0, '0:00:00'],
    [309_999, '0:05:09'],
    [36_000_000, '10:00:00'],
    [-5, '0:00:00'],
  ])('%i ms is %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });
});
