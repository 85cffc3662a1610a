// Runs a call for a button: busy while it runs, its refusal as a sentence.
import { ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { ElMessage } from 'element-plus';
import { problemKey } from '@vitrine/ui';
import { leaveIfSignedOut } from './signed-out';

/** Shows a refusal as a passing message. */
export function useRefusal(): (refusal: unknown) => void {
  const { t } = useI18n({ useScope: 'global' });
  return (refusal) => {
    if (leaveIfSignedOut(refusal)) return;
    ElMessage({ type: 'error', message: t(problemKey(refusal)), grouping: true });
  };
}

export function useAttempt() {
  const { t } = useI18n({ useScope: 'global' });
  const busy = ref(false);
  const error = ref<string | null>(null);

  /** The answer, or undefined after a refusal: then `error` says why. A second press while busy does nothing. */
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    error.value = null;
    try {
      return await work();
    } catch (refusal) {
      if (leaveIfSignedOut(refusal)) return undefined;
      error.value = t(problemKey(refusal));
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  /** As attempt(), for actions without a form: the refusal shows as a message. */
  async function act<T>(work: () => Promise<T>): Promise<T | undefined> {
    const answer = await attempt(work);
    if (error.value) ElMessage({ type: 'error', message: error.value, grouping: true });
    return answer;
  }

  return { busy, error, attempt, act };
}
