import type { Address, AddressDraft } from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../app/api';

/** The buyer's address book and which one this checkout uses: the chosen, else the default, else the first. */
export const useAddresses = defineStore('addresses', () => {
  const list = ref<Address[] | null>(null);
  const chosen = ref<string | null>(null);
  const current = computed(
    () =>
      list.value?.find((one) => one.address === chosen.value) ??
      list.value?.find((one) => one.is_default) ??
      list.value?.[0] ??
      null,
  );

  async function load(): Promise<void> {
    list.value = (await api.addresses()).items;
  }

  async function save(draft: AddressDraft, address: string | null): Promise<void> {
    const saved = address ? await api.changeAddress(address, draft) : await api.addAddress(draft);
    chosen.value = saved.address;
    await load();
  }

  async function remove(address: string): Promise<void> {
    await api.removeAddress(address);
    await load();
  }

  return { list, chosen, current, load, save, remove };
});
