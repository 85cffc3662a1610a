// The form of a member or activity price: what is wrong with it, and the body the server gets.
import type { PriceDraft, Variant } from '@vitrine/sdk';
import { parseAmount, type FormErrors } from './product-form';

export interface PriceForm {
  sku: string;
  kind: 'member' | 'activity';
  tier: number;
  label: string;
  price: string;
  /** Local moments as the browser's field writes them; empty: now, or without an end. */
  from: string;
  until: string;
}

const momentOf = (text: string): number | null => {
  const at = new Date(text).getTime();
  return text && !Number.isNaN(at) ? at : null;
};

export function priceFormErrors(form: PriceForm, variants: readonly Variant[]): FormErrors {
  const errors: FormErrors = {};
  const price = parseAmount(form.price);
  const base = variants.find((one) => one.sku === form.sku)?.price.amount ?? 0;
  if (!price) errors.price = 'price.error.price';
  else if (price > base) errors.price = 'price.error.above_base';
  const until = momentOf(form.until);
  if (form.kind === 'activity' && until === null) errors.until = 'price.error.until';
  else if (until !== null && until <= (momentOf(form.from) ?? Date.now())) errors.until = 'price.error.times';
  return errors;
}

export function priceDraft(form: PriceForm, currency: string): PriceDraft {
  const member = form.kind === 'member';
  return {
    sku: form.sku,
    kind: form.kind,
    tier: member ? form.tier : null,
    label: member ? '' : form.label.trim(),
    price: { amount: parseAmount(form.price) ?? 0, currency },
    from_ms: momentOf(form.from),
    until_ms: momentOf(form.until),
  };
}
