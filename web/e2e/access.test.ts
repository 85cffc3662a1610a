// A stream that plays with a token only, seen through Chromium and mpegts.js: the room hands out what plays.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Room, Stream, StreamAccess } from '@vitrine/sdk';
import { desk, keep, launch, phone, pictureMoves } from './support/browser';
import { Encoder } from './support/encoder';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

describe.sequential('a stream by token only', () => {
  let server: Server;
  let browser: Browser;
  let host: BrowserContext;
  let owner: Owner;
  let encoder: Encoder | null = null;
  let page: Page;
  const answers: { url: string; status: number }[] = [];

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    host = await desk(browser, server.url);
    owner = new Owner(server, host);
    await owner.claim();
    await owner.room('guarded');
    await owner.access('guarded', 'token');
    encoder = Encoder.start((await owner.streamKey('guarded')).rtmp_url);
    await until('the stream live', async () => (await owner.get<Stream>('/v1/streams/guarded')).state === 'live');
  });

  afterAll(async () => {
    await encoder?.stop();
    await browser?.close();
    await server?.stop();
  });

  it('refuses a copied stream address with a problem document', async () => {
    const response = await fetch(`${server.url}/live/guarded.flv`);
    expect(response.status).toBe(403);
    expect(((await response.json()) as { slug: string }).slug).toBe('play.token_missing');
  });

  it('plays on a phone that enters the room', async () => {
    page = await (await phone(browser, server.url, 'zh-CN')).newPage();
    page.on('response', (response) => {
      if (response.url().includes('.flv')) answers.push({ url: response.url(), status: response.status() });
    });
    await page.goto('/r/guarded');
    await pictureMoves(page);
    expect(answers[0]?.url).toContain('?token=');
    expect(answers.map((answer) => answer.status)).toEqual([200]);
  });

  it('goes on by itself with a fresh token after all tokens were ended and everybody was sent away', async () => {
    await owner.post('/v1/play-tokens/rotation');
    await owner.post('/v1/play-tokens/rotation');
    await owner.post('/v1/streams/guarded/kick', { whom: 'viewers' });
    await until('another answer with a picture', () => answers.filter((answer) => answer.status === 200).length > 1);
    expect(answers.some((answer) => answer.status === 403)).toBe(true);
    await pictureMoves(page);
  });

  it('shows its keys and its rule to the host, and opens at a switch', async () => {
    const room = await host.newPage();
    await room.goto('/console/rooms/guarded/live');
    await room.getByTestId('go-live').locator('summary').click();
    await room.getByTestId('access-by-token').waitFor();
    expect(await room.getByText('使用中').count()).toBe(1);
    await keep(room, 'console-go-live-panel');
    await room.getByTestId('access-by-token').click();
    await until('the stream open', async () => {
      return (await owner.get<StreamAccess>('/v1/streams/guarded/access')).play === 'open';
    });
    const open = await fetch(`${server.url}/live/guarded.flv`);
    expect(open.status).toBe(200);
    await open.body?.cancel();
    expect((await owner.get<Room>('/v1/rooms/guarded')).flv_url).toContain('/live/guarded.flv?token=');
  });
});
