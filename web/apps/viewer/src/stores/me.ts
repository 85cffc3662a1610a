import type { Me } from '@vitrine/sdk';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../app/api';
import { hintServerTime } from '../app/server-now';

/** Who is looking: a guest from the first answer on, a buyer after signing in. */
export const useMe = defineStore('me', () => {
  const me = ref<Me | null>(null);
  const signedIn = computed(() => me.value?.viewer.kind === 'buyer');
  const name = computed(() => me.value?.viewer.name ?? '');

  function take(answer: Me): void {
    me.value = answer;
    hintServerTime(answer.server_time_ms);
  }

  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => take(await api.me());
  /** Who is looking is known afterwards, or could not be asked: then it is a guest. */
  const ready = (): Promise<void> => (loading ??= load().catch(() => undefined));
  const signIn = async (phone: string, code: string): Promise<void> =>
    take(await api.signInBuyer({ phone, code, consent: true }));
  const signOut = async (): Promise<void> => take(await api.signOutBuyer());
  const rename = async (to: string): Promise<void> => take(await api.rename(to));

  return { me, signedIn, name, load, ready, signIn, signOut, rename };
});
