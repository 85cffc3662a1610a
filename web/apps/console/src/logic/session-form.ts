// Between a moment and what <input type="datetime-local"> holds. Pure.

/** On the clock of whoever reads it; empty for no moment. */
export function localTime(at_ms: number | null): string {
  if (at_ms === null) return '';
  const at = new Date(at_ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function timeOf(text: string): number | null {
  const at_ms = new Date(text).getTime();
  return Number.isNaN(at_ms) ? null : at_ms;
}
