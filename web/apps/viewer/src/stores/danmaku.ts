// How bullet chat flies over the picture, as this browser's viewer wants it.
//
// Owns   the settings in localStorage; without a choice it follows prefers-reduced-motion (off) and is quiet.
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { calmQuery, useMediaQuery } from '../app/media-query';

export const laneChoices = [2, 4, 8] as const;
export const densities = ['few', 'some', 'all'] as const;
export type Density = (typeof densities)[number];
/** How long a lane rests after a line; lines that find no lane are in the chat anyway. */
export const laneRest_ms: Record<Density, number> = { few: 4_000, some: 1_600, all: 500 };
export const opacityMin = 0.2;

interface Settings {
  /** Null: the viewer has not chosen. */
  on: boolean | null;
  lanes: number;
  density: Density;
  opacity: number;
}

const key = 'vitrine.danmaku.settings';

/** What was kept, as far as it still makes sense. */
export function readSettings(text: string | null): Settings {
  const usual: Settings = { on: null, lanes: 4, density: 'some', opacity: 1 };
  let kept: Partial<Settings>;
  try {
    kept = JSON.parse(text ?? '{}') as Partial<Settings>;
  } catch {
    return usual;
  }
  return {
    on: typeof kept.on === 'boolean' ? kept.on : usual.on,
    lanes: laneChoices.find((lanes) => lanes === kept.lanes) ?? usual.lanes,
    density: densities.find((density) => density === kept.density) ?? usual.density,
    opacity: typeof kept.opacity === 'number' ? Math.min(1, Math.max(opacityMin, kept.opacity)) : usual.opacity,
  };
}

export const useDanmaku = defineStore('danmaku', () => {
  const settings = ref(readSettings(localStorage.getItem(key)));
  const calm = useMediaQuery(calmQuery);
  /** Who asked for less motion gets it until they say otherwise here. */
  const on = computed(() => settings.value.on === true && !calm.value);

  watch(settings, (now) => localStorage.setItem(key, JSON.stringify(now)), { deep: true });

  function toggle(): void {
    settings.value.on = !on.value;
  }

  return { settings, calm, on, toggle };
});
