// Who is signed in to the console, what they may do, and what time it is at the server.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Me, Right } from '@vitrine/sdk';
import { api } from '../api';

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null);
  const staff = computed(() => me.value?.staff ?? null);
  let clockOffset_ms = 0;

  function learn(answer: Me): void {
    me.value = answer;
    clockOffset_ms = answer.server_time_ms - Date.now();
  }

  /** Asks the server once; later calls answer from memory. */
  async function load(): Promise<void> {
    if (!me.value) learn(await api.me());
  }

  async function signIn(name: string, password: string): Promise<void> {
    learn(await api.signInStaff({ name, password }));
  }

  async function claim(token: string, name: string, password: string): Promise<void> {
    learn(await api.claimOwner({ token, name, password }));
  }

  async function signOut(): Promise<void> {
    learn(await api.signOutStaff());
  }

  /** The server has ended the session; asked anew when the next page loads. */
  function forget(): void {
    me.value = null;
  }

  const may = (right: Right): boolean => staff.value?.rights.includes(right) ?? false;
  const serverNow = (): number => Date.now() + clockOffset_ms;

  return { me, staff, load, signIn, claim, signOut, forget, may, serverNow };
});
