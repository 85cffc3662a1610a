/** Where unanswered keys survive a reload; sessionStorage in a page. */
export interface KeyStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const prefix = 'vitrine.tap.';

/**
 * Idempotency keys, one per tap (SHOP-RULES 17): the same tap sent again before it was answered, even
 * after a reload, carries the same key, so the server does its work once. An answer or a refusal ends
 * the tap; the next one gets a fresh key. A changed request under the same tap is a new tap.
 */
export class TapKeys {
  constructor(
    private readonly store: KeyStore | null,
    private readonly makeKey: () => string = randomKey,
  ) {}

  keyFor(tap: string, request: unknown): string {
    const body = JSON.stringify(request ?? null);
    const kept = this.read(tap);
    if (kept && kept.body === body) return kept.key;
    const key = this.makeKey();
    this.store?.setItem(prefix + tap, JSON.stringify({ key, body }));
    return key;
  }

  answered(tap: string): void {
    this.store?.removeItem(prefix + tap);
  }

  private read(tap: string): { key: string; body: string } | null {
    const text = this.store?.getItem(prefix + tap);
    if (!text) return null;
    try {
      return JSON.parse(text) as { key: string; body: string };
    } catch {
      return null;
    }
  }
}

/** 128 random bits; crypto.randomUUID exists only in secure contexts, and a LAN demo has none. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
