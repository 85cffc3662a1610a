import type { Card, CardVariant } from '@vitrine/sdk';

/** The variant whose price a card shows. */
export function cheapest(card: Card): CardVariant | null {
  return card.variants.reduce<CardVariant | null>(
    (best, variant) => (best && best.price.amount <= variant.price.amount ? best : variant),
    null,
  );
}
