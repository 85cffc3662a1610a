import type { Coupon } from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api } from '../app/api';

/** What can be claimed in the room, and claiming it. */
export const useCoupons = defineStore('coupons', () => {
  const items = ref<Coupon[]>([]);

  async function load(room: string): Promise<void> {
    items.value = (await api.roomCoupons(room)).items;
  }

  /** Refusals say what has changed, so the list is read again either way. */
  async function claim(room: string, coupon: string): Promise<void> {
    try {
      await api.claimCoupon(coupon);
    } finally {
      await load(room).catch(() => undefined);
    }
  }

  return { items, load, claim };
});
