// The order figures of the live page's top bar.
import type { Order } from '@vitrine/sdk';

export interface LiveTotals {
  orders: number;
  paid: number;
  /** Paid with the sandbox: shown apart, because it is not money. */
  testPaid: number;
}

const PAID_STATES = new Set(['paid', 'partly_shipped', 'shipped', 'completed']);

/** Counts the orders of one room made at or after `sinceMs`; amounts are minor units. */
export function liveTotals(orders: readonly Order[], room: string, sinceMs: number): LiveTotals {
  const totals: LiveTotals = { orders: 0, paid: 0, testPaid: 0 };
  for (const order of orders) {
    if (order.room !== room || order.created_at_ms < sinceMs) continue;
    totals.orders += 1;
    if (!PAID_STATES.has(order.state)) continue;
    if (order.test) totals.testPaid += order.total.amount;
    else totals.paid += order.total.amount;
  }
  return totals;
}

/** Hours, minutes and seconds as a clock: 0:05:09. */
export function clockText(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Midnight of the day `nowMs` falls in, by the clock of this machine. */
export function startOfDay(nowMs: number): number {
  const day = new Date(nowMs);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
