// Calls something now and then again a while after it has answered, until the component goes.
import { onBeforeUnmount } from 'vue';
import { leaveIfSignedOut } from './signed-out';

/** A refusal does not stop the polling: `work` decides what to show. Pauses while the tab is hidden. */
export function usePolling(work: () => Promise<void>, every_ms: number): { refresh: () => Promise<void> } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;

  async function round(): Promise<void> {
    clearTimeout(timer);
    if (!document.hidden) await work().catch(leaveIfSignedOut);
    if (!gone) timer = setTimeout(round, every_ms);
  }

  void round();
  onBeforeUnmount(() => {
    gone = true;
    clearTimeout(timer);
  });
  return { refresh: round };
}
