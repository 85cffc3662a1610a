import type { Card, CardVariant } from '@vitrine/sdk';

/** The variant whose price a card shows. */
export function cheapest(card: Card): CardVariant | null {
  return card.variants.reduce<CardVariant | null>(
    (best, variant) => (best && best.price.amount <= variant.price.amount ? best : variant),
    null,
  );
}

/** True when the shown price is only where prices begin. */
export function pricesDiffer(card: Card): boolean {
  return card.variants.some((variant) => variant.price.amount !== card.variants[0]?.price.amount);
}

/** Why a price is lower than the list price: the activity's own words, or the shop's for a member price. */
export function priceLabel(variant: CardVariant, t: (key: string) => string): string | null {
  if (!variant.list_price) return null;
  if (variant.price_kind === 'member') return t('shop.member_price');
  return variant.price_label || t('shop.activity_price');
}
