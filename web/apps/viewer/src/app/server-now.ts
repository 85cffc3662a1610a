import { onScopeDispose, ref, type Ref } from 'vue';
import { ServerClock } from '@vitrine/sdk';

// Me gives a rough server time; the room's pings are better and take over while a room is open.
const pageClock = new ServerClock();
let clock = pageClock;

export function hintServerTime(server_time_ms: number): void {
  pageClock.hint(server_time_ms);
}

export function useClock(better: ServerClock | null): void {
  clock = better ?? pageClock;
}

export function server_now_ms(): number {
  return clock.server_now_ms();
}

/** The server's time for countdowns, ticking while the component lives. */
export function useServerNow(): Ref<number> {
  const now = ref(server_now_ms());
  const timer = setInterval(() => {
    now.value = server_now_ms();
  }, 250);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
