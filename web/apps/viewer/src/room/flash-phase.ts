// What a flash-sale card shows, decided from what is known; pure.
import type { FlashCard, Standing } from '@vitrine/sdk';

export interface Left {
  free: number;
  held: number;
  sold: number;
}

export type FlashPhase =
  | 'scheduled' // announced, not yet counting down
  | 'preheat' // counting down
  | 'grab' // the button is open
  | 'turn' // units are kept for this viewer
  | 'queued' // in the line
  | 'held' // grabbed, to pay
  | 'paid'
  | 'all_held'
  | 'sold_out'
  | 'paused'
  | 'ended';

/** By server time: the countdown opens the button, the server decides what a tap gets. */
export function flashPhase(card: FlashCard, left: Left, mine: Standing, now_ms: number): FlashPhase {
  if (mine.order_state === 'pending_payment' && (mine.pay_by_ms ?? 0) > now_ms) return 'held';
  const bought = mine.order_state !== null && mine.order_state !== 'closed' && mine.order_state !== 'pending_payment';
  if (bought && card.per_buyer === 1) return 'paid';
  if (card.state === 'ended' || card.state === 'settled' || now_ms >= card.ends_at_ms) return 'ended';
  if (card.state === 'paused') return 'paused';
  if (now_ms < card.opens_at_ms) return card.state === 'scheduled' && now_ms < card.preheat_at_ms ? 'scheduled' : 'preheat';
  if ((mine.turn_until_ms ?? 0) > now_ms) return 'turn';
  if (left.free + left.held === 0) return 'sold_out';
  if (mine.place !== null) return 'queued';
  return left.free > 0 ? 'grab' : 'all_held';
}

/** How much of the pool is taken, 0 to 100, for the bar. */
export function grabbedPercent(left: Left, units: number): number {
  if (units <= 0) return 100;
  return Math.round(((units - left.free) / units) * 100);
}
