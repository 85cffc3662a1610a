// What is true of the shop as a whole: which capabilities are on and whether payments are pretended.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Capabilities, PaymentProvider } from '@vitrine/sdk';
import { api } from '../api';

/** The currency of new prices; the shop has one. */
export const shopCurrency = 'CNY';

export const useShop = defineStore('shop', () => {
  const capabilities = ref<Capabilities | null>(null);
  const providers = ref<PaymentProvider[]>([]);
  const sandbox = computed(() => providers.value.some((provider) => provider.provider === 'sandbox'));
  let loading: Promise<void> | null = null;

  function load(): Promise<void> {
    loading ??= Promise.all([api.capabilities(), api.paymentProviders()])
      .then(([known, list]) => {
        capabilities.value = known;
        providers.value = list.items;
      })
      .catch(() => {
        // The banner and the switches stay away until the next page asks again.
        loading = null;
      });
    return loading;
  }

  async function change(body: Partial<Capabilities>): Promise<void> {
    capabilities.value = await api.changeCapabilities(body);
  }

  /** Somebody else switched: a room's socket says so. */
  function told(now: Capabilities): void {
    capabilities.value = now;
  }

  return { capabilities, providers, sandbox, load, change, told };
});
