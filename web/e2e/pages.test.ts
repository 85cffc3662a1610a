// The pages as everybody meets them: readable by assistive technology, and switched within seconds.
import AxeBuilder from '@axe-core/playwright';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, keep, launch, phone } from './support/browser';
import { Owner } from './support/owner';
import { Server } from './support/server';

const switchDeadline_ms = 5_000;

/** Axe's serious and critical findings as lines one can act on. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary}`),
    );
}

describe.sequential('pages', () => {
  let server: Server;
  let browser: Browser;
  let staff: BrowserContext;
  let office: Page;
  let viewer: Page;
  let product = '';

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    staff = await desk(browser, server.url);
    const owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('shop');
    const image = await readFile(join(import.meta.dirname, '../../assets/demo_pictures/scarf.webp'));
    product = (await owner.shownProduct('shop', 'Cashmere scarf', 7, image)).product;
    office = await staff.newPage();
    viewer = await (await phone(browser, server.url, 'en-US')).newPage();
    await viewer.goto('/r/shop');
    await viewer.getByTestId('now-card').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it.each([
    ['rooms', '/console/rooms', 'room-shop'],
    ['live page', '/console/rooms/shop/live', 'showcase-list'],
    ['products', '/console/products', 'product-row'],
    ['product editor', '/console/products/new', 'product-name'],
    ['orders', '/console/orders', 'empty-state'],
    ['team', '/console/staff', 'staff-row'],
    ['account', '/console/account', 'session-row'],
    ['SMS sandbox', '/console/sms', 'empty-state'],
    ['settings', '/console/settings', 'capability-selling'],
  ])('axe finds nothing serious in the console: %s', async (_name, path, ready) => {
    await office.goto(path);
    await office.getByTestId(ready).first().waitFor();
    expect(await findings(office)).toEqual([]);
  });

  it('axe finds nothing serious in the room, its product and its sign-in', async () => {
    expect(await findings(viewer)).toEqual([]);
    await viewer.getByTestId('now-card-buy').click();
    await viewer.getByTestId('buy-now').waitFor();
    expect(await findings(viewer)).toEqual([]);
    await viewer.getByTestId('buy-now').click();
    await viewer.getByTestId('signin-phone').waitFor();
    expect(await findings(viewer)).toEqual([]);
    await viewer.goto('/');
    await viewer.getByTestId('room-card').first().waitFor();
    expect(await findings(viewer)).toEqual([]);
  });

  it('runs a live on a tablet too', async () => {
    const tablet = await staff.newPage();
    await tablet.setViewportSize({ width: 820, height: 1180 });
    await tablet.goto('/console/rooms/shop/live');
    await tablet.getByTestId(`hide-${product}`).waitFor();
    const wider = await tablet.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
    await keep(tablet, '20-console-tablet');
    await tablet.close();
  });

  it('keeps order in the chat: delete, mute, unmute, blocked words', async () => {
    await viewer.goto('/r/shop');
    const say = async (text: string) => {
      await viewer.getByTestId('chat-input').fill(text);
      await viewer.getByTestId('chat-send').click();
    };
    await office.goto('/console/rooms/shop/live');
    await office.getByTestId('moderation-open').waitFor();
    await say('Cheaper at my shop');
    const row = office.getByTestId('chat-row').filter({ hasText: 'Cheaper' });
    await row.hover();
    await row.getByTestId('chat-mute').click();
    await office.getByTestId('mute-reason').fill('advertising');
    await office.getByTestId('mute-submit').click();
    await viewer.getByTestId('chat-shut').waitFor({ timeout: switchDeadline_ms });
    await office.getByTestId('mute-submit').waitFor({ state: 'hidden' });
    await row.hover();
    await row.getByTestId('chat-delete').click();
    await office.locator('.el-popconfirm .el-button--danger:visible').click();
    await viewer.getByTestId('chat-line').filter({ hasText: 'Cheaper' }).waitFor({ state: 'detached' });
    await office.getByTestId('moderation-open').click();
    await office.getByTestId('mute-row').filter({ hasText: 'advertising' }).getByRole('button').click();
    await office.getByTestId('words-input').fill('my shop');
    await office.getByTestId('words-save').click();
    await office.getByTestId('mute-row').waitFor({ state: 'detached' });
    await viewer.getByTestId('chat-input').waitFor({ timeout: switchDeadline_ms });
    await say('Come to MY SHOP');
    await say('Lovely scarf');
    await viewer.getByTestId('chat-line').filter({ hasText: 'Lovely' }).waitFor();
    expect(await viewer.getByTestId('chat-line').filter({ hasText: 'MY SHOP' }).count()).toBe(0);
  });

  it('switches selling and chat off on an open page within 5 s, and on again', async () => {
    await viewer.goto('/r/shop');
    await viewer.getByTestId('now-card').waitFor();
    await office.goto('/console/settings');
    for (const capability of ['selling', 'chat']) {
      await office.getByTestId(`capability-${capability}`).click();
      await office.locator('.el-message-box__btns .el-button--primary').click();
    }
    await viewer.getByTestId('chat-input').waitFor({ state: 'hidden', timeout: switchDeadline_ms });
    await viewer.getByTestId('now-card-view').click({ timeout: switchDeadline_ms });
    await viewer.getByTestId('product-sheet').waitFor();
    expect(await viewer.getByTestId('buy-now').count()).toBe(0);
    await keep(viewer, '21-viewer-selling-off');
    await office.getByTestId('capability-selling').click();
    await viewer.getByTestId('buy-now').waitFor({ timeout: switchDeadline_ms });
    await office.getByTestId('capability-chat').click();
    await viewer.getByTestId('chat-input').waitFor({ timeout: switchDeadline_ms });
  });
});
