import type { Cart } from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../app/api';

export const useCart = defineStore('cart', () => {
  const cart = ref<Cart | null>(null);
  const count = computed(() => cart.value?.lines.reduce((sum, line) => sum + line.quantity, 0) ?? 0);

  async function load(): Promise<void> {
    cart.value = await api.cart();
  }

  async function set(sku: string, quantity: number): Promise<void> {
    cart.value = await api.setCartLine(sku, quantity);
  }

  async function add(sku: string, quantity: number): Promise<void> {
    if (!cart.value) await load();
    const had = cart.value?.lines.find((line) => line.sku === sku)?.quantity ?? 0;
    await set(sku, Math.min(99, had + quantity));
  }

  return { cart, count, load, set, add };
});
