// Keeps what was typed in a form over a reload or a wrong turn, until it is saved.
import { ref, watch, type Ref } from 'vue';

export interface Draft<T> {
  form: Ref<T>;
  /** True when the form was filled from an earlier visit. */
  restored: Ref<boolean>;
  changed: Ref<boolean>;
  /** Starts again from `value`: it was loaded or saved. */
  reset: (value: T) => void;
}

/** `key` names the thing being edited; `start` is the form when there is no draft of it. */
export function useDraft<T>(key: () => string, start: T): Draft<T> {
  const storageKey = () => `vitrine.draft.${key()}`;
  const kept = sessionStorage.getItem(storageKey());
  const form = ref(kept ? (JSON.parse(kept) as T) : start) as Ref<T>;
  const restored = ref(kept !== null);
  const changed = ref(kept !== null);
  let resting = JSON.stringify(start);

  watch(
    form,
    (now) => {
      const text = JSON.stringify(now);
      changed.value = text !== resting;
      if (changed.value) sessionStorage.setItem(storageKey(), text);
      else sessionStorage.removeItem(storageKey());
    },
    { deep: true },
  );

  function reset(value: T): void {
    resting = JSON.stringify(value);
    form.value = JSON.parse(resting) as T;
    restored.value = false;
    changed.value = false;
    sessionStorage.removeItem(storageKey());
  }

  return { form, restored, changed, reset };
}
