import type { Coupon } from '@vitrine/sdk';
import { formatMoney } from './format';

type Say = (key: string, named: Record<string, unknown>) => string;
type Terms = Pick<Coupon, 'kind' | 'amount' | 'percent' | 'cap' | 'threshold'>;

/** "¥10.00 off" or "15% off". */
export function couponOff(coupon: Terms, t: Say): string {
  return coupon.kind === 'percent'
    ? t('w.coupon_percent', { percent: coupon.percent ?? 0 })
    : t('w.coupon_amount', { off: coupon.amount ? formatMoney(coupon.amount) : '' });
}

/** "15% off · at most ¥20.00 · from ¥50.00 on". */
export function couponText(coupon: Terms, t: Say): string {
  return `${couponOff(coupon, t)} · ${couponWhen(coupon, t)}`;
}

/** "at most ¥20.00 · from ¥50.00 on". */
export function couponWhen(coupon: Terms, t: Say): string {
  const parts: string[] = [];
  if (coupon.cap) parts.push(t('w.coupon_cap', { sum: formatMoney(coupon.cap) }));
  parts.push(
    coupon.threshold.amount > 0 ? t('w.coupon_from', { sum: formatMoney(coupon.threshold) }) : t('w.coupon_any', {}),
  );
  return parts.join(' · ');
}
