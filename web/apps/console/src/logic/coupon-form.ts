// The form that makes a coupon: what is typed, what is wrong with it, and the body the server gets.
import type { CouponDraft } from '@vitrine/sdk';
import { parseAmount, parseCount } from './product-form';

export interface CouponForm {
  name: string;
  kind: 'amount' | 'percent';
  amount: string;
  percent: string;
  cap: string;
  threshold: string;
  scope: 'shop' | 'category' | 'products';
  category: string;
  products: string[];
  room: string;
  liveOnly: boolean;
  newBuyers: boolean;
  stackable: boolean;
  quota: string;
  perBuyer: string;
  claimHours: string;
  /** Days after the claim; empty when `useTo` is set. */
  useDays: string;
  /** "2026-11-22T20:00" on this machine's clock. */
  useTo: string;
}

export function emptyCoupon(): CouponForm {
  return {
    name: '',
    kind: 'amount',
    amount: '',
    percent: '',
    cap: '',
    threshold: '',
    scope: 'shop',
    category: '',
    products: [],
    room: '',
    liveOnly: false,
    newBuyers: false,
    stackable: false,
    quota: '100',
    perBuyer: '1',
    claimHours: '24',
    useDays: '7',
    useTo: '',
  };
}

const hour_ms = 3_600_000;
const within = (text: string, least: number, most: number): boolean => {
  const count = parseCount(text);
  return count !== null && count >= least && count <= most;
};
const positive = (text: string): boolean => (parseAmount(text) ?? 0) > 0;

/** Field -> message key; empty when the coupon can be made. */
export function couponErrors(form: CouponForm, now_ms: number): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!form.name.trim() || form.name.trim().length > 40) errors.name = 'coupons.error.name';
  if (form.kind === 'amount' && !positive(form.amount)) errors.amount = 'coupons.error.amount';
  if (form.kind === 'percent' && !within(form.percent, 1, 99)) errors.percent = 'coupons.error.percent';
  if (form.kind === 'percent' && form.cap && !positive(form.cap)) errors.cap = 'coupons.error.amount';
  if (form.threshold && parseAmount(form.threshold) === null) errors.threshold = 'coupons.error.threshold';
  if (form.scope === 'category' && !form.category.trim()) errors.scope = 'coupons.error.category';
  if (form.scope === 'products' && form.products.length === 0) errors.scope = 'coupons.error.products';
  if (form.liveOnly && !form.room) errors.room = 'coupons.error.room';
  if (!within(form.quota, 1, 9_999_999)) errors.quota = 'coupons.error.quota';
  if (!within(form.perBuyer, 1, 100)) errors.perBuyer = 'coupons.error.per_buyer';
  if (!within(form.claimHours, 1, 8_784)) errors.claimHours = 'coupons.error.hours';
  const claimEnd_ms = now_ms + (parseCount(form.claimHours) ?? 0) * hour_ms;
  if (form.useTo && !(Date.parse(form.useTo) >= claimEnd_ms)) errors.useTo = 'coupons.error.use_to';
  if (!form.useTo && !within(form.useDays, 1, 366)) errors.useDays = 'coupons.error.days';
  return errors;
}

/** Only a form without errors has a draft. */
export function couponDraft(form: CouponForm, currency: string, now_ms: number): CouponDraft {
  const money = (text: string) => ({ amount: parseAmount(text) ?? 0, currency });
  const percent = form.kind === 'percent';
  return {
    name: form.name.trim(),
    room: form.room || null,
    live_only: form.liveOnly,
    kind: form.kind,
    amount: percent ? null : money(form.amount),
    percent: percent ? parseCount(form.percent) : null,
    cap: percent && form.cap ? money(form.cap) : null,
    threshold: form.threshold ? money(form.threshold) : null,
    scope: form.scope,
    category: form.scope === 'category' ? form.category.trim() : null,
    products: form.scope === 'products' ? form.products : null,
    stackable: form.stackable,
    audience: form.newBuyers ? 'new_buyers' : 'everybody',
    quota: parseCount(form.quota) ?? 0,
    per_buyer: parseCount(form.perBuyer) ?? 1,
    claim_from_ms: null,
    claim_to_ms: now_ms + (parseCount(form.claimHours) ?? 0) * hour_ms,
    use_from_ms: null,
    use_to_ms: form.useTo ? Date.parse(form.useTo) : null,
    use_within_hours: form.useTo ? null : (parseCount(form.useDays) ?? 0) * 24,
  };
}
