// The language of the console: the browser's, until somebody chooses.
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { rememberLocale, type Locale } from '@vitrine/ui';

export function useLocale() {
  const { locale } = useI18n({ useScope: 'global' });
  const choose = (code: Locale) => {
    locale.value = code;
    rememberLocale(code);
  };
  return { locale: computed(() => locale.value as Locale), choose };
}
