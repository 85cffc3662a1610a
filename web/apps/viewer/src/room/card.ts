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
