// Sorting rows by their handle, with mouse, pen or finger alike.
//
// The list follows the pointer while it is down (`order`), and `drop` is told once at the end.
import { onBeforeUnmount, ref, type Ref } from 'vue';
import { dropIndex, moved } from '../logic/reorder';

export interface RowDrag<T> {
  /** The list as it looks now: while dragging, the moved row is already in its new place. */
  order: Ref<T[] | null>;
  dragging: Ref<T | null>;
  grab: (event: PointerEvent, item: T) => void;
}

/** `rows` gives the row elements in the order shown; `items` the list at rest. */
export function useRowDrag<T>(items: () => T[], rows: () => HTMLElement[], drop: (order: T[]) => void): RowDrag<T> {
  const order = ref<T[] | null>(null) as Ref<T[] | null>;
  const dragging = ref<T | null>(null) as Ref<T | null>;

  function follow(event: PointerEvent): void {
    if (!order.value || dragging.value === null) return;
    const boxes = rows().map((row) => row.getBoundingClientRect());
    const to = dropIndex(event.clientY, boxes);
    order.value = moved(order.value, order.value.indexOf(dragging.value), to);
  }

  function letGo(event: PointerEvent): void {
    const done = order.value;
    stop();
    const changed = done?.some((item, index) => item !== items()[index]);
    if (event.type === 'pointerup' && done && changed) drop(done);
  }

  function stop(): void {
    order.value = null;
    dragging.value = null;
    window.removeEventListener('pointermove', follow);
    window.removeEventListener('pointerup', letGo);
    window.removeEventListener('pointercancel', letGo);
  }

  function grab(event: PointerEvent, item: T): void {
    if (event.button !== 0) return;
    event.preventDefault();
    order.value = [...items()];
    dragging.value = item;
    window.addEventListener('pointermove', follow);
    window.addEventListener('pointerup', letGo);
    window.addEventListener('pointercancel', letGo);
  }

  onBeforeUnmount(stop);
  return { order, dragging, grab };
}
