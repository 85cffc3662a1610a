// A search box whose text is the URL's `q`, written a moment after the last key.
import { onBeforeUnmount, ref, watch, type Ref } from 'vue';
import { useRoute, useRouter, type LocationQueryValue } from 'vue-router';

const settle_ms = 250;

/** One value of the query as text; lists and absence are "". */
export function queryText(value: LocationQueryValue | LocationQueryValue[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function useQuerySearch(): Ref<string> {
  const route = useRoute();
  const router = useRouter();
  const text = ref(queryText(route.query.q));
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(text, (now) => {
    clearTimeout(timer);
    timer = setTimeout(() => void router.replace({ query: { ...route.query, q: now.trim() || undefined } }), settle_ms);
  });
  watch(
    () => queryText(route.query.q),
    (now) => {
      if (now !== text.value.trim()) text.value = now;
    },
  );
  onBeforeUnmount(() => clearTimeout(timer));
  return text;
}
