// The form that sets a flash sale up: what is typed, what is wrong with it, and the body the server gets.
import type { Card, FlashSaleDraft } from '@vitrine/sdk';
import { amountText, parseAmount, parseCount } from './product-form';

export interface FlashItemForm {
  sku: string;
  name: string;
  listAmount: number;
  free: number;
  chosen: boolean;
  price: string;
  units: string;
}

export interface FlashForm {
  items: FlashItemForm[];
  minutes: string;
  perBuyer: string;
  delay_s: string;
  preheat_s: string;
  /** "2026-11-22T20:00" on this machine's clock; empty: started by hand. */
  startsAt: string;
}

/** A first price to correct: half, on a round number that ends in .90. */
function suggested(amount: number): string {
  const half = Math.max(100, Math.floor(amount / 200) * 100) - 10;
  return amountText(Math.min(amount, half));
}

export function flashFormOf(card: Card): FlashForm {
  return {
    items: card.variants.map((variant) => ({
      sku: variant.sku,
      name: variant.name,
      listAmount: variant.price?.amount ?? 0,
      free: variant.stock.free,
      chosen: variant.stock.free > 0,
      price: suggested(variant.price?.amount ?? 0),
      units: String(Math.min(20, variant.stock.free)),
    })),
    minutes: '10',
    perBuyer: '1',
    delay_s: '0',
    preheat_s: '60',
    startsAt: '',
  };
}

const whole = (text: string): number => parseCount(text) ?? NaN;
const within = (text: string, least: number, most: number): boolean => whole(text) >= least && whole(text) <= most;

/** Field path -> message key; empty when the sale can be set up. */
export function flashErrors(form: FlashForm, now_ms: number): Record<string, string> {
  const errors: Record<string, string> = {};
  const chosen = form.items.filter((item) => item.chosen);
  if (chosen.length === 0) errors.items = 'live.flash.error.none';
  for (const item of chosen) {
    const amount = parseAmount(item.price);
    if (amount === null || amount <= 0 || amount > item.listAmount) errors[`${item.sku}.price`] = 'live.flash.error.price';
    if (!within(item.units, 1, item.free)) errors[`${item.sku}.units`] = 'live.flash.error.units';
  }
  if (!within(form.minutes, 1, 1_440)) errors.minutes = 'live.flash.error.minutes';
  if (!within(form.perBuyer, 1, 99)) errors.perBuyer = 'live.flash.error.per_buyer';
  if (!within(form.delay_s, 0, 30)) errors.delay_s = 'live.flash.error.delay';
  if (!within(form.preheat_s, 0, 86_400)) errors.preheat_s = 'live.flash.error.preheat';
  if (form.startsAt && !(Date.parse(form.startsAt) > now_ms)) errors.startsAt = 'live.flash.error.starts_at';
  return errors;
}

/** Only a form without errors has a draft. */
export function flashDraft(form: FlashForm, room: string, currency: string): FlashSaleDraft {
  return {
    room,
    items: form.items
      .filter((item) => item.chosen)
      .map((item) => ({
        sku: item.sku,
        price: { amount: parseAmount(item.price) ?? 0, currency },
        units: whole(item.units),
      })),
    starts_at_ms: form.startsAt ? Date.parse(form.startsAt) : null,
    duration_s: whole(form.minutes) * 60,
    preheat_s: whole(form.preheat_s),
    open_delay_ms: whole(form.delay_s) * 1_000,
    per_buyer: whole(form.perBuyer),
    per_order: 1,
    pay_minutes: 5,
  };
}
