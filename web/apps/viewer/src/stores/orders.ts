import type { Order, OrderEvent } from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../app/api';

/** The buyer's orders, newest first; kept fresh by the room's private lane. */
export const useOrders = defineStore('orders', () => {
  const byId = ref(new Map<string, Order>());
  const next = ref<string | null>(null);
  const list = computed(() => [...byId.value.values()].sort((a, b) => b.created_at_ms - a.created_at_ms));

  function take(order: Order): Order {
    byId.value.set(order.order, order);
    return order;
  }

  async function load(more = false): Promise<void> {
    const page = await api.orders(more && next.value ? { cursor: next.value } : {});
    if (!more) byId.value.clear();
    page.items.forEach(take);
    next.value = page.next;
  }

  const get = async (id: string): Promise<Order> => take(await api.order(id));
  const cancel = async (id: string): Promise<Order> => take(await api.cancelOrder(id));

  const complete = async (id: string): Promise<Order> => take(await api.completeOrder(id));

  /** The event names the new state; everything else about the order is asked for. */
  async function follow(event: OrderEvent): Promise<void> {
    const known = byId.value.get(event.order);
    if (known) take({ ...known, state: event.state, pay_by_ms: event.pay_by_ms });
    await get(event.order).catch(() => undefined);
  }

  return { byId, list, next, take, load, get, cancel, complete, follow };
});
