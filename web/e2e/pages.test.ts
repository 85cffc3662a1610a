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

  it('keeps order in the chat: delete, mute, lift, words, report, review, ban', async () => {
    await viewer.goto('/r/shop');
    const say = async (text: string) => {
      await viewer.getByTestId('chat-input').fill(text);
      await viewer.getByTestId('chat-send').click();
    };
    const line = (text: string) => viewer.getByTestId('chat-line').filter({ hasText: text });
    const row = (text: string) => office.getByTestId('chat-row').filter({ hasText: text });
    const accuse = async (text: string) => {
      await row(text).hover();
      await row(text).getByTestId('chat-mute').click();
    };
    await office.goto('/console/rooms/shop/live');
    await office.getByTestId('moderation-open').waitFor();
    await say('Cheaper at my shop');
    await accuse('Cheaper');
    await office.getByTestId('mute-reason').fill('advertising');
    await keep(office, '22-console-sanction');
    await office.getByTestId('mute-submit').click();
    await viewer.getByTestId('chat-shut').waitFor({ timeout: switchDeadline_ms });
    await keep(viewer, '23-viewer-muted');
    await office.getByTestId('mute-submit').waitFor({ state: 'hidden' });
    await row('Cheaper').hover();
    await row('Cheaper').getByTestId('chat-delete').click();
    await office.locator('.el-popconfirm .el-button--danger:visible').click();
    await line('Cheaper').waitFor({ state: 'detached' });
    await office.getByTestId('moderation-open').click();
    await office.getByTestId('tab-people').click();
    await office.getByTestId('mute-row').filter({ hasText: 'advertising' }).getByRole('button').click();
    await office.getByTestId('mute-row').waitFor({ state: 'detached' });
    await office.getByTestId('tab-rules').click();
    await office.getByTestId('words-input').fill('my shop');
    await office.getByTestId('on-word').selectOption('hold');
    await keep(office, '24-console-chat-rules');
    await office.getByTestId('words-save').click();
    await office.getByTestId('words-save').and(office.locator(':not(.is-loading)')).waitFor();
    await viewer.getByTestId('chat-input').waitFor({ timeout: switchDeadline_ms });
    await say('Come to ＭＹ  ѕhop');
    await office.getByTestId('tab-desk').click();
    await office.getByTestId('held-row').waitFor({ timeout: switchDeadline_ms });
    expect(await line('ѕhop').count()).toBe(0);
    await office.getByTestId('held-approve').click();
    await line('ѕhop').waitFor();
    await line('ѕhop').click();
    await viewer.getByTestId('line-sheet').waitFor();
    await keep(viewer, '25-viewer-line');
    expect(await viewer.getByTestId('report-spam').count()).toBe(0); // nobody reports their own line
    await viewer.getByTestId('sheet-close').click();

    const witness = await (await phone(browser, server.url, 'zh-CN')).newPage();
    await witness.goto('/r/shop');
    await witness.getByTestId('chat-line').filter({ hasText: 'ѕhop' }).click();
    await witness.getByTestId('report-spam').click();
    await witness.getByTestId('line-sheet').waitFor({ state: 'detached' });
    await office.getByTestId('report-row').waitFor({ timeout: switchDeadline_ms });
    await keep(office, '26-console-report');
    await office.getByTestId('report-sanction').click();
    await office.getByTestId('sanction-ban').check({ force: true });
    await office.getByTestId('mute-submit').click();
    await viewer.getByTestId('room-outside').and(viewer.locator('[data-state=banned]')).waitFor({ timeout: switchDeadline_ms });
    await keep(viewer, '27-viewer-banned');
    expect(await findings(viewer)).toEqual([]);
    await office.getByTestId('report-row').waitFor({ state: 'detached', timeout: switchDeadline_ms });
    await witness.getByTestId('chat-input').waitFor(); // the others stay
    await witness.close();
    await office.getByTestId('tab-people').click();
    expect(await findings(office)).toEqual([]);
    await office.getByTestId('mute-row').getByRole('button').click();
    await office.getByTestId('mute-row').waitFor({ state: 'detached' });
    await viewer.reload();
    await viewer.getByTestId('chat-input').waitFor();
  });

  it('slows the chat down: the viewer sees how long until the next line', async () => {
    await office.goto('/console/rooms/shop/live');
    await office.getByTestId('moderation-open').click();
    const slow = async (seconds: string) => {
      await office.getByTestId('tab-rules').click();
      await office.getByTestId('slow-mode').selectOption(seconds);
      await office.getByTestId('words-save').click();
    };
    await slow('15');
    await viewer.getByPlaceholder('15').waitFor({ timeout: switchDeadline_ms });
    await viewer.getByTestId('chat-input').fill('one at a time');
    await viewer.getByTestId('chat-send').click();
    await viewer.getByTestId('chat-slow').waitFor();
    await keep(viewer, '28-viewer-slow-mode');
    await slow('0');
    await viewer.getByTestId('chat-slow').waitFor({ state: 'detached', timeout: switchDeadline_ms });
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
