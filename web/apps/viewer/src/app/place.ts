// Where the page is: a path, and the sheets that lie over it from bottom to top. Each sheet is an entry
// of the browser's history, so that the back gesture closes the top sheet and never the room.
import { reactive, readonly } from 'vue';

export type SheetName =
  | 'bag'
  | 'product'
  | 'cart'
  | 'signin'
  | 'checkout'
  | 'addresses'
  | 'address'
  | 'pay'
  | 'cashier'
  | 'order'
  | 'orders'
  | 'me';

export interface SheetPlace {
  name: SheetName;
  args: Record<string, string>;
}

interface State {
  path: string;
  sheets: SheetPlace[];
}

const state = reactive<State>({ path: '/', sheets: [] });

export const place = readonly(state) as Readonly<State>;

function read(): void {
  state.path = location.pathname;
  state.sheets = ((history.state as { sheets?: SheetPlace[] } | null)?.sheets ?? []).map((sheet) => ({ ...sheet }));
}

/** Starts following the history; `first` opens over a deep link such as /r/ROOM?order=... */
export function startPlace(first: SheetPlace | null): void {
  addEventListener('popstate', read);
  if (first) {
    history.replaceState({ sheets: [] }, '', location.pathname);
    history.pushState({ sheets: [first] }, '', location.pathname);
  }
  read();
}

export function go(path: string): void {
  history.pushState({ sheets: [] }, '', path);
  read();
}

export function openSheet(name: SheetName, args: Record<string, string> = {}): void {
  history.pushState({ sheets: [...plain(), { name, args }] }, '', location.pathname);
  read();
}

/** The top sheet becomes another one: going back skips the step that is done. */
export function replaceSheet(name: SheetName, args: Record<string, string> = {}): void {
  history.replaceState({ sheets: [...plain().slice(0, -1), { name, args }] }, '', location.pathname);
  read();
}

/** Closes the top `count` sheets; resolves when the history has moved. */
export function closeSheets(count = 1): Promise<void> {
  const steps = Math.min(count, state.sheets.length);
  if (steps === 0) return Promise.resolve();
  return new Promise((resolve) => {
    addEventListener('popstate', () => resolve(), { once: true });
    history.go(-steps);
  });
}

/** history.state takes plain objects only, no reactive ones. */
function plain(): SheetPlace[] {
  return state.sheets.map((sheet) => ({ name: sheet.name, args: { ...sheet.args } }));
}
