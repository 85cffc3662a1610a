import type { Card, CardVariant } from '@vitrine/sdk';

/** A price that is not open yet comes after every other. */
const amountOf = (variant: CardVariant | undefined): number => variant?.price?.amount ?? Infinity;

/** The variant whose price a card shows. */
export function cheapest(card: Card): CardVariant | null {
  return card.variants.reduce<CardVariant | null>(
    (best, variant) => (best && amountOf(best) <= amountOf(variant) ? best : variant),
    null,
  );
}

/** Staff are told a price before it opens; on the viewers' page they see what viewers see. */
export function asViewersSee(card: Card): Card {
  if (!card.price_hidden) return card;
  return { ...card, variants: card.variants.map((variant) => ({ ...variant, price: null, list_price: null })) };
}

/** True when the shown price is only where prices begin. */
export function pricesDiffer(card: Card): boolean {
  return card.variants.some((variant) => amountOf(variant) !== amountOf(card.variants[0]));
}

/** Why a price is lower than the list price: the activity's own words, or the shop's for a member price. */
export function priceLabel(variant: CardVariant, t: (key: string) => string): string | null {
  if (!variant.list_price) return null;
  if (variant.price_kind === 'member') return t('shop.member_price');
  return variant.price_label || t('shop.activity_price');
}
