import { describe, expect, it } from 'vitest';
import { couponDraft, couponErrors, emptyCoupon, type CouponForm } from './coupon-form';

const now_ms = 1_800_000_000_000;
const form = (change: Partial<CouponForm> = {}): CouponForm => ({
  ...emptyCoupon(),
  name: 'Welcome',
  amount: '10',
  threshold: '50',
  ...change,
});
const wrong = (change: Partial<CouponForm>) => Object.keys(couponErrors(form(change), now_ms));

describe('the coupon form', () => {
  it('makes an amount off above a threshold, good for days after the claim', () => {
    expect(wrong({})).toEqual([]);
    expect(couponDraft(form(), 'CNY', now_ms)).toMatchObject({
      amount: { amount: 1_000, currency: 'CNY' },
      threshold: { amount: 5_000, currency: 'CNY' },
      claim_to_ms: now_ms + 86_400_000,
      use_within_hours: 168,
      use_to_ms: null,
    });
  });

  it('sends nothing of the other kind', () => {
    const draft = couponDraft(form({ kind: 'percent', percent: '15', cap: '20' }), 'CNY', now_ms);
    expect(draft).toMatchObject({ amount: null, percent: 15, cap: { amount: 2_000, currency: 'CNY' } });
  });

  it('says what is missing', () => {
    expect(wrong({ name: ' ', amount: '0' })).toEqual(['name', 'amount']);
    expect(wrong({ kind: 'percent', percent: '100' })).toEqual(['percent']);
    expect(wrong({ scope: 'products' })).toEqual(['scope']);
    expect(wrong({ liveOnly: true })).toEqual(['room']);
    expect(wrong({ quota: '0', perBuyer: '' })).toEqual(['quota', 'perBuyer']);
  });

  it('wants a fixed end that is not before the last claim', () => {
    const local = (at_ms: number) => new Date(at_ms - new Date(at_ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    expect(wrong({ useTo: local(now_ms + 3_600_000) })).toEqual(['useTo']);
    expect(wrong({ useTo: local(now_ms + 2 * 86_400_000) })).toEqual([]);
  });
});
