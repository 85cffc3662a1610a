// The server's time, ticking each second.
import { onBeforeUnmount, ref, type Ref } from 'vue';
import { useSession } from '../stores/session';

export function useNow(): Ref<number> {
  const session = useSession();
  const now = ref(session.serverNow());
  const timer = setInterval(() => (now.value = session.serverNow()), 1000);
  onBeforeUnmount(() => clearInterval(timer));
  return now;
}
