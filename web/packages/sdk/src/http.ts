import { ApiError, isApiError, localProblem } from './api-error';
import { TapKeys, type KeyStore } from './tap-keys';
import type { Me, Problem } from './types';

export interface HttpOptions {
  /** Prefix of every path; empty in a page served by Vitrine itself. */
  base?: string;
  fetch?: typeof fetch;
  /** Where idempotency keys wait for their answer; null keeps none. */
  keys?: KeyStore | null;
  timeout_ms?: number;
}

export interface Call {
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON; a Blob is sent as it is, with its own type. */
  body?: unknown;
  /** Name of the tap on a creating POST; the same name and body re-use the key until answered. */
  tap?: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const defaultTimeout_ms = 15_000;

/**
 * Sends requests of the API. Adds the CSRF token to changes, an Idempotency-Key to taps, and turns
 * every failure into an ApiError. A stale CSRF token is fetched anew once, then the call is repeated.
 */
export class Http {
  private readonly base: string;
  private readonly fetchImpl: typeof fetch;
  private readonly timeout_ms: number;
  readonly taps: TapKeys;
  private csrf: string | null = null;

  constructor(options: HttpOptions = {}) {
    this.base = options.base ?? '';
    this.fetchImpl = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.timeout_ms = options.timeout_ms ?? defaultTimeout_ms;
    this.taps = new TapKeys(options.keys === undefined ? sessionStore() : options.keys);
  }

  /** Remembers the token of a Me answer; sign-in and sign-out change it. */
  learn(me: Me): Me {
    this.csrf = me.csrf;
    return me;
  }

  async me(): Promise<Me> {
    return this.learn(await this.call<Me>('GET', '/v1/me'));
  }

  async call<T>(method: Method, path: string, call: Call = {}): Promise<T> {
    if (method !== 'GET' && this.csrf === null) await this.me();
    const tap = call.tap;
    const key = tap === undefined ? undefined : this.taps.keyFor(tap, call.body);
    const send = (): Promise<T> => this.send<T>(method, path, call, key);
    try {
      const answer = await send().catch(async (error: unknown) => {
        if (!isApiError(error, 'request.csrf')) throw error;
        await this.me();
        return send();
      });
      if (tap !== undefined) this.taps.answered(tap);
      return answer;
    } catch (error) {
      const refused = isApiError(error) && !error.unanswered && error.status < 500;
      if (tap !== undefined && refused) this.taps.answered(tap);
      throw error;
    }
  }

  /** The address of a file that the browser fetches by itself. */
  address(path: string, query: Call['query'] = {}): string {
    return this.base + path + queryOf(query);
  }

  private async send<T>(method: Method, path: string, call: Call, key?: string): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (method !== 'GET' && this.csrf !== null) headers['X-CSRF-Token'] = this.csrf;
    if (key !== undefined) headers['Idempotency-Key'] = key;
    let body: BodyInit | undefined;
    if (call.body instanceof Blob) {
      headers['Content-Type'] = call.body.type;
      body = call.body;
    } else if (call.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      body = JSON.stringify(call.body);
    }
    const response = await this.reach(this.base + path + queryOf(call.query), {
      method,
      headers,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(this.timeout_ms),
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw await problemOf(response);
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  }

  private async reach(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetchImpl(url, init);
    } catch (error) {
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
      throw localProblem(timedOut ? 'network.timeout' : 'network.unreachable', String(error));
    }
  }
}

function queryOf(query: Call['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

async function problemOf(response: Response): Promise<ApiError> {
  try {
    const problem = (await response.json()) as Problem;
    if (typeof problem.slug === 'string') return new ApiError(problem);
  } catch {
    // Not a problem document: a proxy or a dying server answered. The status is all there is.
  }
  return localProblem(`http.${response.status}`, response.statusText, response.status);
}

function sessionStore(): KeyStore | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // storage is blocked in some private modes; a key then lives for one attempt
  }
}
