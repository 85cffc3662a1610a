import { createI18n, type I18n } from 'vue-i18n';
import type { Locale } from './format';
import { problems } from './problems';
import { words } from './words';

const storageKey = 'vitrine.locale';

/** The language somebody chose, else the browser's: Chinese of any kind is zh-CN, all others en. */
export function pickLocale(chosen: string | null, preferred: readonly string[]): Locale {
  if (chosen === 'zh-CN' || chosen === 'en') return chosen;
  return preferred[0]?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

export function browserLocale(): Locale {
  return pickLocale(localStorage.getItem(storageKey), navigator.languages);
}

export function rememberLocale(locale: Locale): void {
  localStorage.setItem(storageKey, locale);
  document.documentElement.lang = locale;
}

export type Messages = Record<string, unknown>;
export type VitrineI18n = I18n<Record<string, unknown>, Record<string, unknown>, Record<string, unknown>, string, false>;

/**
 * An i18n with the app's messages beside the shared words (`w.`) and the sentences for refusals (`problem.`).
 * Use with `useI18n()`; the language is `i18n.global.locale.value`.
 */
export function makeI18n(messages: Record<Locale, Messages>): VitrineI18n {
  const locale = browserLocale();
  document.documentElement.lang = locale;
  const all = {
    'zh-CN': { ...messages['zh-CN'], w: words['zh-CN'], problem: problems['zh-CN'] },
    en: { ...messages.en, w: words.en, problem: problems.en },
  };
  // The library derives one type from the literal messages; ours come from two places.
  return createI18n({ legacy: false, locale, fallbackLocale: 'en', messages: all as never }) as unknown as VitrineI18n;
}
