// The room's flash sales as this page sees them: cards and what is left come from the room's socket, the
// viewer's own standing from the server's answers and the private lane. All of it is about the truth, so it
// acts at once by server time, wherever the picture is.
import {
  isApiError,
  type FlashCard,
  type FlashStockState,
  type FlashTurnEvent,
  type OrderEvent,
  type OrderState,
  type Standing,
} from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../app/api';
import { server_now_ms } from '../app/server-now';
import { useMe } from './me';

export type GrabResult = 'held' | 'waiting' | 'refused';

const admissionKey = 'vitrine.admission.';
/** A token about to run out would run out on its way. */
const admissionMargin_ms = 5_000;

export const useFlash = defineStore('flash', () => {
  const sales = ref(new Map<string, FlashCard>());
  const stock = ref(new Map<string, FlashStockState>());
  const standings = ref(new Map<string, Standing>());

  const keyOf = (sale: string, sku: string): string => `${sale} ${sku}`;
  const rank: Record<FlashCard['state'], number> = {
    open: 0, paused: 1, preheat: 2, scheduled: 3, ended: 4, draft: 5, settled: 5,
  };
  /** The one the room is about: what is open before what comes, the soonest first. */
  const current = computed<FlashCard | null>(
    () =>
      [...sales.value.values()].sort((a, b) => rank[a.state] - rank[b.state] || a.opens_at_ms - b.opens_at_ms)[0] ?? null,
  );

  /** The sale the viewer put away. */
  const hidden = ref<string | null>(null);
  const shown = computed(() => (current.value && current.value.sale !== hidden.value ? current.value : null));

  function begin(cards: FlashCard[], levels: FlashStockState[]): void {
    sales.value = new Map(cards.map((card) => [card.sale, card]));
    stock.value = new Map();
    levels.forEach(takeStock);
    for (const card of cards) void loadStanding(card.sale);
  }

  function take(card: FlashCard): void {
    const known = sales.value.get(card.sale);
    if (known && known.version > card.version) return;
    sales.value.set(card.sale, card);
  }

  function takeStock(now: FlashStockState): void {
    const key = keyOf(now.sale, now.sku);
    const known = stock.value.get(key);
    if (!known || now.version >= known.version) stock.value.set(key, now);
  }

  function takeTurn(event: FlashTurnEvent): void {
    merge(event.sale, { place: null, turn_until_ms: event.until_ms, sku: event.sku });
  }

  /** An order of a sale moved on: paid, or closed and its allowance given back. */
  function follow(event: OrderEvent): void {
    for (const [sale, standing] of standings.value) {
      if (standing.order === event.order) merge(sale, { order_state: event.state, pay_by_ms: event.pay_by_ms });
    }
  }

  const none: Standing = { order: null, order_state: null, pay_by_ms: null, place: null, turn_until_ms: null, sku: null };
  function merge(sale: string, news: Partial<Standing>): void {
    standings.value.set(sale, { ...none, ...standings.value.get(sale), ...news });
  }

  async function loadStanding(sale: string): Promise<void> {
    await useMe().ready();
    if (!useMe().signedIn) return;
    const known = await api.flashStanding(sale).catch(() => null); // without it the card still grabs
    if (known) standings.value.set(sale, known);
  }

  const leftOf = (sale: string, sku: string, units: number): { free: number; held: number; sold: number } =>
    stock.value.get(keyOf(sale, sku)) ?? { free: units, held: 0, sold: 0 };
  const standingOf = (sale: string): Standing => standings.value.get(sale) ?? none;

  /** Kept over a reload, so that a tap that was not answered is the same tap again. */
  async function admission(sale: string, fresh: boolean): Promise<string> {
    const kept = sessionStorage.getItem(admissionKey + sale);
    if (kept && !fresh) {
      const { token, until_ms } = JSON.parse(kept) as { token: string; until_ms: number };
      if (until_ms - admissionMargin_ms > server_now_ms()) return token;
    }
    const made = await api.enterFlashSale(sale);
    sessionStorage.setItem(admissionKey + sale, JSON.stringify(made));
    return made.token;
  }

  /** One tap. A refusal that leaves the buyer in the line is no error; any other rejects. */
  async function grab(card: FlashCard, sku: string, quantity = 1, again = false): Promise<GrabResult> {
    const item = card.items.find((one) => one.sku === sku);
    if (!item) return 'refused';
    const total = { amount: item.price.amount * quantity, currency: item.price.currency };
    try {
      const token = await admission(card.sale, again);
      const made = await api.grab(card.sale, { token, sku, quantity, total });
      const state: OrderState = 'pending_payment';
      merge(card.sale, { order: made.order, order_state: state, pay_by_ms: made.pay_by_ms, place: null, turn_until_ms: null, sku });
      return 'held';
    } catch (error) {
      // The server began anew, or the token is another account's: once more with a fresh one.
      if (isApiError(error, 'shop.admission') && !again) return grab(card, sku, quantity, true);
      const place = isApiError(error, 'shop.all_held') ? error.problem.place : undefined;
      merge(card.sale, { turn_until_ms: null, place: typeof place === 'number' ? place : null, sku });
      if (typeof place === 'number') return 'waiting';
      throw error;
    }
  }

  function clear(): void {
    sales.value = new Map();
    stock.value = new Map();
    standings.value = new Map();
    hidden.value = null;
  }

  return { sales, current, hidden, shown, begin, take, takeStock, takeTurn, follow, leftOf, standingOf, loadStanding, grab, clear };
});
