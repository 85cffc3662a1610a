// What a test needs to exist before its own story starts, made through the public API.
import type { BrowserContext } from 'playwright-core';
import { expect } from 'vitest';
import type { Me, NewStreamKey, Picture, Product } from '@vitrine/sdk';
import type { Server } from './server';

export const ownerPassword = 'correct-horse-9';

type Method = 'POST' | 'PUT' | 'PATCH';

/** The owner of a fresh server, signed in with the cookies of `context`. */
export class Owner {
  private csrf = '';
  private calls = 0;

  constructor(
    private readonly server: Server,
    private readonly context: BrowserContext,
  ) {}

  async claim(): Promise<void> {
    const token = new URL(await this.server.ownerLink()).searchParams.get('token');
    await this.me();
    await this.send('POST', '/v1/owner-claim', { token, name: 'owner', password: ownerPassword });
    await this.me();
  }

  room(room: string): Promise<unknown> {
    return this.send('POST', '/v1/rooms', { room, title: room, host_name: 'owner' });
  }

  streamKey(stream: string): Promise<NewStreamKey> {
    return this.send('POST', `/v1/streams/${stream}/keys`, {});
  }

  /** Who may watch a stream from now on. */
  access(stream: string, play: 'open' | 'token'): Promise<unknown> {
    return this.send('PUT', `/v1/streams/${stream}/access`, { play });
  }

  patch(path: string, body: object): Promise<unknown> {
    return this.send('PATCH', path, body);
  }

  post(path: string, body: object = {}): Promise<unknown> {
    return this.send('POST', path, body);
  }

  put(path: string, body: object): Promise<unknown> {
    return this.send('PUT', path, body);
  }

  private async product(name: string, stock: number, image: Buffer): Promise<Product> {
    const picture = await this.send<Picture>('POST', '/v1/pictures', image);
    return this.send<Product>('POST', '/v1/products', {
      name,
      description: name,
      pictures: [picture.picture],
      variants: [{ name: 'one', price: { amount: 990, currency: 'CNY' }, initial_stock: stock }],
    });
  }

  /** Products with these names in the showcase of `room`; answers their ids. */
  async showcase(room: string, names: string[], image: Buffer): Promise<string[]> {
    const products: string[] = [];
    for (const name of names) products.push((await this.product(name, 10, image)).product);
    await this.send('PUT', `/v1/rooms/${room}/showcase`, { products });
    return products;
  }

  /** A product in the showcase of `room`, and being shown. */
  async shownProduct(room: string, name: string, stock: number, image: Buffer): Promise<Product> {
    const product = await this.product(name, stock, image);
    await this.send('PUT', `/v1/rooms/${room}/showcase`, { products: [product.product] });
    await this.send('POST', `/v1/rooms/${room}/now-showing`, { product: product.product, playhead: null });
    return product;
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.context.request.get(this.server.url + path);
    expect(response.ok(), `GET ${path}: ${await response.text()}`).toBe(true);
    return (await response.json()) as T;
  }

  private async me(): Promise<void> {
    this.csrf = (await this.get<Me>('/v1/me')).csrf;
  }

  private async send<T>(method: Method, path: string, body: object | Buffer): Promise<T> {
    const headers: Record<string, string> = { 'X-CSRF-Token': this.csrf, 'Idempotency-Key': `e2e-${++this.calls}` };
    if (Buffer.isBuffer(body)) headers['Content-Type'] = 'image/webp';
    const response = await this.context.request.fetch(this.server.url + path, { method, headers, data: body });
    expect(response.ok(), `${method} ${path}: ${response.status()} ${await response.text()}`).toBe(true);
    if (response.status() === 204) return undefined as T;
    return (await response.json()) as T;
  }
}
