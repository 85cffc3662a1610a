import { beforeEach, describe, expect, it } from 'vitest';
import { VitrineApi } from './api';
import type { KeyStore } from './tap-keys';

interface Seen {
  method: string;
  path: string;
  headers: Record<string, string>;
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

function problem(slug: string, status: number, extra: object = {}): Response {
  return json({ type: '', title: '', status, slug, detail: 'why', ...extra }, status);
}

function memoryStore(): KeyStore {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe('VitrineApi', () => {
  let seen: Seen[];
  let answers: (Response | Error)[];
  let keys: KeyStore;
  let api: VitrineApi;
  const order = { room: 'demo', lines: [], total: { amount: 990, currency: 'CNY' }, address: null };
  const me = (csrf: string): Response => json({ viewer: {}, staff: null, csrf, server_time_ms: 0 });
  const sentKeys = (): string[] => seen.filter((call) => call.path === '/v1/orders').map((call) => call.headers['Idempotency-Key']!);

  function makeApi(): VitrineApi {
    const fake = async (path: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      seen.push({ method: init?.method ?? 'GET', path: String(path), headers: init?.headers as Record<string, string> });
      const answer = answers.shift();
      if (!answer || answer instanceof Error) throw answer ?? new Error('no answer left');
      return answer;
    };
    return new VitrineApi({ fetch: fake, keys });
  }

  beforeEach(() => {
    seen = [];
    keys = memoryStore();
    api = makeApi();
  });

  it('fetches the CSRF token before the first change and sends it with each', async () => {
    answers = [me('one'), json({ lines: [] }), json({ lines: [] })];
    await api.setCartLine('sku_1', 2);
    await api.setCartLine('sku_1', 3);
    expect(seen.map((call) => call.path)).toEqual(['/v1/me', '/v1/cart/lines/sku_1', '/v1/cart/lines/sku_1']);
    expect(seen[2]!.headers['X-CSRF-Token']).toBe('one');
  });

  it('fetches a fresh token once when the old one is refused', async () => {
    answers = [me('old'), problem('request.csrf', 403), me('new'), json({ lines: [] })];
    await api.setCartLine('sku_1', 2);
    expect(seen.at(-1)!.headers['X-CSRF-Token']).toBe('new');
  });

  it('turns a problem document into an ApiError that keeps its extra fields', async () => {
    answers = [me('t'), problem('shop.price_changed', 409, { total: { amount: 1200, currency: 'CNY' } })];
    await expect(api.placeOrder(order)).rejects.toMatchObject({
      slug: 'shop.price_changed',
      status: 409,
      problem: { total: { amount: 1200 } },
    });
  });

  it('keeps the key of an unanswered tap, over a reload too, and makes a new one after the answer', async () => {
    answers = [me('t'), new TypeError('offline'), me('t'), json({ order: 'ord_1' }), json({ order: 'ord_2' })];
    await expect(api.placeOrder(order)).rejects.toMatchObject({ slug: 'network.unreachable', unanswered: true });
    api = makeApi();
    await api.placeOrder(order);
    await api.placeOrder(order);
    const [first, again, fresh] = sentKeys();
    expect(again).toBe(first);
    expect(fresh).not.toBe(first);
  });

  it('takes a new key after a refusal, and for a changed request', async () => {
    answers = [me('t'), problem('shop.all_held', 409), new TypeError('offline'), new TypeError('offline')];
    await api.placeOrder(order).catch(() => undefined);
    await api.placeOrder(order).catch(() => undefined);
    await api.placeOrder({ ...order, room: 'other' }).catch(() => undefined);
    expect(new Set(sentKeys()).size).toBe(3);
  });

  it('names an answer that is no problem document by its status', async () => {
    answers = [new Response('<html>bad gateway</html>', { status: 502 })];
    await expect(api.rooms()).rejects.toMatchObject({ slug: 'http.502' });
  });
});
