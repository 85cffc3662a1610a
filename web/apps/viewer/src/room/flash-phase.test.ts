import type { FlashCard, Standing } from '@vitrine/sdk';
import { describe, expect, it } from 'vitest';
import { flashPhase, grabbedPercent, type FlashPhase, type Left } from './flash-phase';

const card: FlashCard = {
  sale: 'fls_1', version: 3, state: 'open', preheat_at_ms: 1_000, opens_at_ms: 5_000, ends_at_ms: 9_000,
  per_buyer: 1, per_order: 1, items: [], at_ms: 0,
};
const none: Standing = { order: null, order_state: null, pay_by_ms: null, place: null, turn_until_ms: null, sku: null };
const some: Left = { free: 3, held: 1, sold: 0 };

describe('flashPhase', () => {
  const cases: [string, Partial<FlashCard>, Partial<Left>, Partial<Standing>, number, FlashPhase][] = [
    ['announced', { state: 'scheduled' }, {}, {}, 500, 'scheduled'],
    ['counting down', { state: 'preheat' }, {}, {}, 2_000, 'preheat'],
    ['the countdown counts before the event comes', { state: 'scheduled' }, {}, {}, 2_000, 'preheat'],
    ['open by server time before the event comes', { state: 'preheat' }, {}, {}, 5_000, 'grab'],
    ['not open a moment before', { state: 'preheat' }, {}, {}, 4_999, 'preheat'],
    ['all held', {}, { free: 0 }, {}, 6_000, 'all_held'],
    ['in the line', {}, { free: 0 }, { place: 2 }, 6_000, 'queued'],
    ['its turn', {}, { free: 1 }, { turn_until_ms: 7_000 }, 6_000, 'turn'],
    ['its turn ran out', {}, { free: 1 }, { turn_until_ms: 6_000 }, 6_000, 'grab'],
    ['sold out ends the line', {}, { free: 0, held: 0, sold: 4 }, { place: 2 }, 6_000, 'sold_out'],
    ['held', {}, { free: 0 }, { order: 'o', order_state: 'pending_payment', pay_by_ms: 8_000 }, 6_000, 'held'],
    ['held outlives the end', { state: 'ended' }, {}, { order: 'o', order_state: 'pending_payment', pay_by_ms: 10_000 }, 9_500, 'held'],
    ['a hold that ran out may grab again', {}, {}, { order: 'o', order_state: 'closed' }, 6_000, 'grab'],
    ['paid', {}, {}, { order: 'o', order_state: 'paid' }, 6_000, 'paid'],
    ['paused', { state: 'paused' }, {}, {}, 6_000, 'paused'],
    ['over', {}, {}, {}, 9_000, 'ended'],
  ];
  it.each(cases)('%s', (_, sale, left, mine, now, phase) => {
    expect(flashPhase({ ...card, ...sale }, { ...some, ...left }, { ...none, ...mine }, now)).toBe(phase);
  });
});

it('shows how much is taken', () => {
  expect(grabbedPercent({ free: 25, held: 50, sold: 25 }, 100)).toBe(75);
  expect(grabbedPercent({ free: 0, held: 0, sold: 0 }, 0)).toBe(100);
});
