import { problemKey } from '@vitrine/ui';
import { showToast } from 'vant';
import 'vant/es/toast/style';
import { i18n } from './i18n';

/** A short line over the page. */
export function say(text: string): void {
  showToast({ message: text, position: 'middle', duration: 2_400 });
}

/** What went wrong, in the viewer's words. */
export function sayProblem(error: unknown): void {
  say(i18n.global.t(problemKey(error)));
}
