import { describe, expect, it } from 'vitest';
import { returnedOrder } from './cashier-return';

describe('returnedOrder', () => {
  it.each([
    ['?order=ord_1aB-9', 'ord_1aB-9'],
    ['?order=', null],
    ['?other=ord_1', null],
    ['?order=javascript:alert(1)', null],
    ['', null],
  ])('%j names %j', (search, order) => expect(returnedOrder(search)).toBe(order));
});
