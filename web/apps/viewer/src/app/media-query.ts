import { onScopeDispose, ref, type Ref } from 'vue';

export function useMediaQuery(query: string): Ref<boolean> {
  const list = matchMedia(query);
  const matches = ref(list.matches);
  const follow = (): void => {
    matches.value = list.matches;
  };
  list.addEventListener('change', follow);
  onScopeDispose(() => list.removeEventListener('change', follow));
  return matches;
}

/** Wide enough for the phone-shaped stage with the chat beside it. */
export const deskQuery = '(min-width: 900px)';
export const calmQuery = '(prefers-reduced-motion: reduce)';
