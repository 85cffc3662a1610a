// Moving things in a list, by keyboard or by dragging.

/** A copy of `list` with the item at `from` moved to `to`; an index outside the list changes nothing. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const copy = [...list];
  if (from < 0 || from >= copy.length || to < 0 || to >= copy.length) return copy;
  const [item] = copy.splice(from, 1);
  copy.splice(to, 0, item as T);
  return copy;
}

/** Where a pointer at `y` would drop a row: the index of the row whose middle is the nearest. */
export function dropIndex(y: number, rows: readonly { top: number; height: number }[]): number {
  let best = 0;
  let distance = Infinity;
  rows.forEach((row, index) => {
    const away = Math.abs(row.top + row.height / 2 - y);
    if (away < distance) {
      best = index;
      distance = away;
    }
  });
  return best;
}
