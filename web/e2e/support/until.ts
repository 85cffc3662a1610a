// Waiting is for a condition, with a deadline and a name to blame; never for a time.

const pause_ms = 100;

/** The first truthy answer of `probe`; an error naming `what` and the last answer when `deadline_ms` passes first. */
export async function until<T>(
  what: string,
  probe: () => Promise<T> | T,
  deadline_ms = 15_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + deadline_ms;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${deadline_ms} ms: ${what} (last: ${String(last)})`);
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}
