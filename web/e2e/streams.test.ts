// The page of streams: a publisher and a pull as staff see them, and what they can do to both.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Items, Pull, Stream, StreamAccess, StreamKey } from '@vitrine/sdk';
import { desk, keep, launch, phone } from './support/browser';
import { Encoder, picture } from './support/encoder';
import { ownerPassword, Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

describe.sequential('the page of streams', () => {
  let server: Server;
  let origin: Server;
  let browser: Browser;
  let host: BrowserContext;
  let owner: Owner;
  let page: Page;
  const encoders: Encoder[] = [];

  beforeAll(async () => {
    server = await Server.start({ VITRINE_NET_PRIVATE_DESTINATIONS: '127.0.0.0/8' });
    origin = await Server.start();
    browser = await launch();
    host = await desk(browser, server.url);
    owner = new Owner(server, host);
    await owner.claim();
    const far = new Owner(origin, await desk(browser, origin.url));
    await far.claim();
    encoders.push(Encoder.start((await far.streamKey('far')).rtmp_url));
    encoders.push(Encoder.start((await owner.streamKey('show')).rtmp_url));
    await until('the stream live', async () => (await owner.get<Stream>('/v1/streams/show')).state === 'live');
    page = await host.newPage();
  });

  afterAll(async () => {
    for (const encoder of encoders) await encoder.stop();
    await browser?.close();
    await server?.stop();
    await origin?.stop();
  });

  const state = (stream: string, wanted: Stream['state']) =>
    until(`${stream} ${wanted}`, async () => (await owner.get<Stream>(`/v1/streams/${stream}`)).state === wanted);

  it('lists who sends what, how well, and who watches', async () => {
    const viewer = new AbortController();
    const watching = await fetch(`${server.url}/live/show.flv`, { signal: viewer.signal });
    expect(watching.status).toBe(200);
    await page.goto('/console/streams');
    const row = page.getByTestId('stream-show');
    await row.getByText(`${picture.width}×${picture.height}`).waitFor();
    await row.getByText('h264 + aac').waitFor();
    await row.getByText('127.0.0.1').waitFor();
    await until('a viewer counted', async () =>
      /1\s*HTTP-FLV 1/.test((await page.getByTestId('viewers-show').textContent()) ?? ''),
    );
    viewer.abort();
  });

  it('pulls another server’s stream and never shows its token', async () => {
    await page.getByTestId('pull-new').click();
    await page.getByTestId('pull-stream').fill('mirror');
    await page.getByTestId('pull-url').fill(`${origin.url}/live/far.flv?token=opensesame`);
    await page.getByTestId('pull-add').click();
    await page.waitForURL('**/console/streams/mirror');
    await state('mirror', 'live');
    await page.locator('[data-testid=pull-state][data-state=live]').waitFor();
    await page.getByTestId('fact-codecs').getByText('h264 + aac').waitFor();
    expect(await page.content()).not.toContain('opensesame');
    await keep(page, 'console-stream-pulled');
    await page.goto('/console/streams');
    await page.getByTestId('stream-mirror').getByText('拉流', { exact: true }).waitFor();
    await keep(page, 'console-streams');
  });

  it('cuts a pull, which stays away until it is resumed', async () => {
    await page.goto('/console/streams/mirror');
    await page.getByTestId('kick-publisher').click();
    await page.locator('.el-popconfirm:visible .el-button--danger').click();
    await page.locator('[data-testid=pull-state][data-state=paused]').waitFor();
    const [pull] = (await owner.get<Items<Pull>>('/v1/pulls')).items;
    expect([pull?.state, pull?.paused_by]).toEqual(['paused', 'kicked']);
    await keep(page, 'console-stream-kicked');
    await page.getByTestId('pull-resume').click();
    await state('mirror', 'live');
    await page.getByTestId('pull-remove').click();
    await page.locator('.el-popconfirm:visible .el-button--danger').click();
    await page.getByTestId('pull-url').waitFor();
    expect((await owner.get<Items<Pull>>('/v1/pulls')).items).toEqual([]);
  });

  it('makes a key, shows it once, and revokes the one in use', async () => {
    await page.goto('/console/streams/show');
    await page.getByTestId('key-new').click();
    await page.getByTestId('key-label').fill('OBS');
    await page.getByTestId('key-make').click();
    const whole = await page.getByTestId('new-key').inputValue();
    expect(whole).toMatch(/^show\?key=/);
    await page.getByTestId('key-done').click();
    await page.getByText('OBS').waitFor();
    await until('the key is nowhere on the page', async () => !(await page.content()).includes(whole));
    const keys = (await owner.get<Items<StreamKey>>('/v1/streams/show/keys')).items;
    const used = keys.find((key) => key.in_use);
    await page.getByTestId(`key-revoke-${used?.hint}`).click();
    await page.locator('.el-popconfirm:visible .el-button--danger').click();
    await state('show', 'lost');
  });

  it('sets who may watch, from which sites', async () => {
    await page.getByTestId('access-token').check();
    await page.getByTestId('access-sites').check();
    await page.getByTestId('access-allow').fill('shop.example');
    await page.getByTestId('access-save').click();
    await until('the rule', async () => {
      const access = await owner.get<StreamAccess>('/v1/streams/show/access');
      return access.play === 'token' && access.own.referers?.allow[0] === 'shop.example';
    });
    await keep(page, 'console-stream');
  });

  it('adds an address that is told, with its secret shown once', async () => {
    await page.goto('/console/streams');
    await page.getByTestId('webhook-new').click();
    await page.getByTestId('webhook-url').fill('https://hooks.example/live');
    await page.getByTestId('webhook-add').click();
    expect(await page.getByTestId('webhook-secret').inputValue()).toMatch(/^[0-9a-f]{32,}$/);
    await page.getByTestId('webhook-done').click();
    await page.getByTestId('webhook-row').getByText('https://hooks.example/live').waitFor();
  });

  it('fits a phone, in English', async () => {
    const small = await phone(browser, server.url, 'en-US');
    const mobile = await small.newPage();
    await mobile.goto('/console/login?to=/streams');
    await mobile.getByTestId('login-name').fill('owner');
    await mobile.getByTestId('login-password').fill(ownerPassword);
    await mobile.getByTestId('login-submit').click();
    await mobile.getByTestId('stream-show').waitFor();
    expect(await mobile.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await keep(mobile, 'console-streams-phone');
    await mobile.getByTestId('stream-show').getByRole('link').click();
    await mobile.getByTestId('access-save').waitFor();
    expect(await mobile.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await keep(mobile, 'console-stream-phone');
  });
});
