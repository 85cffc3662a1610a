// Where the page is: a path, and the sheets that lie over it from bottom to top. Each sheet is an entry
// of the browser's history, so that the back gesture closes the top sheet and never the room.
import { reactive, readonly, type ComputedRef, type InjectionKey } from 'vue';

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
  | 'me'
  | 'line'
  | 'questions';

export interface SheetPlace {
  name: SheetName;
  args: Record<string, string>;
}

/** Told to a sheet by its layer: whether it is the one that can be used. */
export const onTopKey: InjectionKey<ComputedRef<boolean>> = Symbol('sheet on top');

interface State {
  path: string;
  sheets: SheetPlace[];
}

const state = reactive<State>({ path: '/', sheets: [] });

export const place = readonly(state) as Readonly<State>;

/** Steps back that the page itself takes; what comes after them waits, and popstate is theirs. */
let walking: Promise<void> | null = null;
const stepPatience_ms = 250;
const stepsMax = 12;

function kept(): SheetPlace[] {
  return (history.state as { sheets?: SheetPlace[] } | null)?.sheets ?? [];
}

function read(): void {
  if (walking) return;
  state.path = location.pathname;
  state.sheets = kept().map((sheet) => ({ ...sheet }));
}

function afterWalk(then: () => void): void {
  if (walking) void walking.then(then);
  else then();
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
  afterWalk(() => {
    history.pushState({ sheets: [] }, '', path);
    read();
  });
}

export function openSheet(name: SheetName, args: Record<string, string> = {}): void {
  afterWalk(() => {
    history.pushState({ sheets: [...kept(), { name, args }] }, '', location.pathname);
    read();
  });
}

/** The top sheet becomes another one: going back skips the step that is done. */
export function replaceSheet(name: SheetName, args: Record<string, string> = {}): void {
  afterWalk(() => {
    history.replaceState({ sheets: [...kept().slice(0, -1), { name, args }] }, '', location.pathname);
    read();
  });
}

/** Closes the top `count` sheets, for the eye at once; resolves when the history has followed. */
export function closeSheets(count = 1): Promise<void> {
  if (walking) return walking.then(() => closeSheets(count));
  const target = Math.max(0, state.sheets.length - count);
  if (target === state.sheets.length) return Promise.resolve();
  state.sheets = state.sheets.slice(0, target);
  walking = walkBack(target).then(() => {
    walking = null;
    read();
  });
  return walking;
}

/** A cashier's frame has put entries of its own into the history, so one step may land short: go on until there. */
async function walkBack(target: number): Promise<void> {
  for (let step = 0; step < stepsMax && kept().length > target; step += 1) {
    const moved = new Promise<void>((resolve) => {
      addEventListener('popstate', () => resolve(), { once: true });
      setTimeout(resolve, stepPatience_ms);
    });
    history.go(target - kept().length);
    await moved;
  }
}
