// Rooms that let in only some, through Chromium: a password, an invite code, a ticket bought at the door, a link of
// the merchant's own site, and free minutes that run out. The picture goes by the same decision as the page.
import { createHmac } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Product, Room } from '@vitrine/sdk';
import { desk, keep, launch, phone, pictureMoves } from './support/browser';
import { Encoder } from './support/encoder';
import { Owner } from './support/owner';
import { Server } from './support/server';

const secret = '0123456789abcdef0123456789abcdef';

function token(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

describe.sequential('who may watch', () => {
  let server: Server;
  let browser: Browser;
  let hosting: BrowserContext;
  let owner: Owner;
  let host: Page;
  let encoder: Encoder | null = null;
  let trial: Page;

  const viewer = async (locale: 'zh-CN' | 'en-US' = 'en-US'): Promise<Page> =>
    (await phone(browser, server.url, locale)).newPage();
  const outside = (page: Page, state: string) => page.locator(`[data-testid=room-outside][data-state=${state}]`);
  const rule = (room: string, body: object) => owner.put(`/v1/rooms/${room}/access`, { trial_minutes: 0, ...body });

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    hosting = await desk(browser, server.url);
    owner = new Owner(server, hosting);
    await owner.claim();
    for (const room of ['live', 'friends', 'hall', 'mall', 'taste']) await owner.room(room);
    encoder = Encoder.start((await owner.streamKey('live')).rtmp_url);
    host = await hosting.newPage();
  });

  afterAll(async () => {
    await encoder?.stop();
    await browser?.close();
    await server?.stop();
  });

  it('gives a minute free, counted down on the page', async () => {
    await rule('taste', { mode: 'invite', trial_minutes: 1 });
    trial = await viewer('zh-CN');
    await trial.goto('/r/taste');
    await trial.getByTestId('trial').waitFor();
    await keep(trial, 'access-trial');
  });

  it('is closed by a password in the console, and the page and the picture ask for it', async () => {
    await host.goto('/console/rooms/live/live');
    await host.getByTestId('moderation-open').click();
    await host.getByTestId('tab-access').click();
    await host.getByTestId('access-password').check();
    await host.getByTestId('access-password-input').fill('sesame');
    await keep(host, 'access-console-password');
    await host.getByTestId('access-save').click();
    await host.locator('.el-message--success').first().waitFor();
    expect((await fetch(`${server.url}/live/live.flv`)).status).toBe(403);

    const page = await viewer();
    await page.goto('/r/live');
    await outside(page, 'needs_password').waitFor();
    await keep(page, 'access-viewer-password');
    await page.getByTestId('door-proof').fill('open');
    await page.getByTestId('door-enter').click();
    await page.getByText('That is not the password').waitFor();
    await page.getByTestId('door-proof').fill('sesame');
    await page.getByTestId('door-enter').click();
    await pictureMoves(page);
    expect((await page.request.get(`${server.url}/v1/rooms/live`).then((answer) => answer.json() as Promise<Room>)).flv_url).toContain('token=');
  });

  it('lets in by a code made in the console, once', async () => {
    await rule('friends', { mode: 'invite' });
    await host.goto('/console/rooms/friends/live');
    await host.getByTestId('moderation-open').click();
    await host.getByTestId('tab-access').click();
    await host.getByTestId('invite-label').fill('press');
    await host.getByTestId('invite-make').click();
    const code = await host.getByTestId('invite-press').inputValue();
    await keep(host, 'access-console-invite');

    const page = await viewer('zh-CN');
    await page.goto('/r/friends');
    await outside(page, 'needs_invite').waitFor();
    await page.getByTestId('door-proof').fill(code.toLowerCase());
    await page.getByTestId('door-enter').click();
    await page.getByTestId('chat-input').waitFor();

    const second = await viewer();
    await second.goto('/r/friends');
    await second.getByTestId('door-proof').fill(code);
    await second.getByTestId('door-enter').click();
    await second.getByText('wrong, used up or over').waitFor();

    await host.getByTestId('invite-drop').click();
    await outside(page, 'needs_invite').waitFor();
  });

  it('sells the ticket at the door and lets its buyer in', async () => {
    const ticket = (await owner.post('/v1/products', {
      name: 'Ticket',
      description: 'One evening',
      pictures: [],
      needs_shipping: false,
      variants: [{ name: 'one', price: { amount: 1900, currency: 'CNY' }, initial_stock: 10 }],
    })) as Product;
    await rule('hall', { mode: 'ticket', product: ticket.product });
    const page = await viewer();
    await page.goto('/r/hall');
    await outside(page, 'needs_ticket').waitFor();
    await page.getByTestId('door-buy').waitFor();
    await keep(page, 'access-viewer-ticket');
    await page.getByTestId('door-buy').click();
    await page.getByTestId('signin-phone').fill('13800001234');
    await page.getByTestId('signin-consent').check();
    await page.getByTestId('signin-send').click();
    await host.goto('/console/sms');
    await page.getByTestId('signin-code').fill(await host.getByTestId('sms-code').first().innerText());
    await page.getByTestId('signin-submit').click();
    await page.getByTestId('order-submit').waitFor();
    expect(await page.getByTestId('checkout-address').count()).toBe(0);
    await page.getByTestId('order-submit').click();
    await page.getByTestId('pay-sandbox').click();
    await page.frameLocator('[data-testid=cashier-frame]').locator('button[value=succeed]').click();
    await page.getByTestId('room-outside').waitFor({ state: 'detached' });
    await page.getByTestId('chat-input').waitFor();
  });

  it('opens by a link of the merchant’s site, which leaves the address bar', async () => {
    await rule('mall', { mode: 'token', token: { kind: 'secret', key: secret, issuer: 'mall', audience: 'vitrine' } });
    const claims = { iss: 'mall', aud: 'vitrine', sub: 'customer-7', room: 'mall', exp: Math.floor(Date.now() / 1000) + 600 };
    const page = await viewer();
    await page.goto('/r/mall');
    await outside(page, 'needs_token').waitFor();
    await keep(page, 'access-viewer-token');
    const forged = await viewer();
    await forged.goto(`/r/mall#token=${token(claims).slice(0, -4)}AAAA`);
    await outside(forged, 'needs_token').waitFor();
    const invited = await viewer();
    await invited.goto(`/r/mall#token=${token(claims)}`);
    await invited.getByTestId('chat-input').waitFor();
    expect(invited.url()).toBe(`${server.url}/r/mall`);
  });

  it('lets in a member whose tier staff set', async () => {
    await rule('mall', { mode: 'members', tier: 2 });
    const page = (await (await browser.contexts()).at(-1)!.newPage()) as Page;
    await page.goto('/r/mall');
    await outside(page, 'needs_sign_in').waitFor();
    await host.goto('/console/members');
    await host.getByTestId('member-row').first().waitFor();
    await keep(host, 'access-console-members');
  });

  it('ends the free minute with what lets in for good', async () => {
    await outside(trial, 'trial_over').waitFor({ timeout: 90_000 });
    await trial.getByTestId('door-proof').waitFor();
    await keep(trial, 'access-trial-over');
    await trial.reload();
    await outside(trial, 'trial_over').waitFor();
  }, 120_000);
});
