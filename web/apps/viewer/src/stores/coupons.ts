import { ApiError, type Coupon, type CouponLeft, type DroppedCoupon } from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api } from '../app/api';
import { useMe } from './me';

const hadKey = 'vitrine.coupons.had';
const hadKept = 100;

/** What can be claimed in the room, what the host has dropped into it, and claiming. */
export const useCoupons = defineStore('coupons', () => {
  const items = ref<Coupon[]>([]);
  const dropped = ref<DroppedCoupon[]>([]);
  const me = useMe();
  /** "usr_... cpn_...": claimed on this device as often as one may, so that a card says so at once. */
  const had = ref<string[]>(JSON.parse(localStorage.getItem(hadKey) ?? '[]') as string[]);

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

  /** From a dropped card, whose figures come by themselves: nothing is read again. */
  async function claimDropped(card: DroppedCoupon): Promise<void> {
    try {
      await api.claimCoupon(card.coupon);
      if (card.per_buyer === 1) keepHad(card.coupon);
    } catch (error) {
      if (error instanceof ApiError && error.slug === 'shop.coupon_limit') keepHad(card.coupon);
      throw error;
    }
  }

  const hadName = (coupon: string): string => `${me.me?.viewer.id ?? ''} ${coupon}`;
  const hasHad = (coupon: string): boolean => had.value.includes(hadName(coupon));

  function keepHad(coupon: string): void {
    had.value = [...had.value.filter((one) => one !== hadName(coupon)), hadName(coupon)].slice(-hadKept);
    localStorage.setItem(hadKey, JSON.stringify(had.value));
  }

  function begin(told: DroppedCoupon[]): void {
    dropped.value = [...told].sort((a, b) => a.at_ms - b.at_ms);
  }

  function take(card: DroppedCoupon): void {
    const others = dropped.value.filter((one) => one.coupon !== card.coupon);
    dropped.value = card.state === 'shown' ? [...others, card] : others;
  }

  function takeLeft({ coupon, left, open }: CouponLeft): void {
    dropped.value = dropped.value.map((one) => (one.coupon === coupon ? { ...one, left, open } : one));
  }

  return { items, dropped, hasHad, load, claim, claimDropped, begin, take, takeLeft };
});
