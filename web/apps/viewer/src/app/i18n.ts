import { makeI18n, rememberLocale, type Locale } from '@vitrine/ui';
import { computed } from 'vue';
import { en } from '../messages/en';
import { zhCN } from '../messages/zh-CN';

export const i18n = makeI18n({ 'zh-CN': zhCN, en });

export const locale = computed(() => i18n.global.locale.value as Locale);

export function switchLocale(): void {
  const next: Locale = locale.value === 'en' ? 'zh-CN' : 'en';
  i18n.global.locale.value = next;
  rememberLocale(next);
}
