// The first thing that must be true of Vitrine, from an empty data directory and by clicks only: a live
// room that sells, seen on the host's desk and on two phones.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, keep, launch, phone, pictureMoves } from './support/browser';
import { Encoder } from './support/encoder';
import { ownerPassword } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const mugPicture = join(import.meta.dirname, '../../assets/demo_pictures/mug.webp');
const stockBefore = 12;

describe.sequential('a live room that sells', () => {
  let server: Server;
  let browser: Browser;
  let encoder: Encoder | null = null;
  let host: Page;
  let office: Page;
  let buyer: Page;
  let watcher: Page;
  let streamKey = '';
  let streamServer = '';
  let product = '';

  const freeOn = async (page: Page) =>
    Number(await page.getByTestId('now-card').getByTestId('stock-left').getAttribute('data-free'));

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    host = await staff.newPage();
    office = await staff.newPage();
  });

  afterAll(async () => {
    await encoder?.stop();
    await browser?.close();
    await server?.stop();
  });

  it('gives the shop to whoever opens the owner link', async () => {
    await host.goto(await server.ownerLink());
    await host.getByTestId('claim-name').fill('小满');
    await host.getByTestId('claim-password').fill(ownerPassword);
    await keep(host, '01-console-claim');
    await host.getByTestId('claim-submit').click();
    await host.waitForURL('**/console/rooms');
    await host.getByTestId('empty-state').waitFor();
    await keep(host, '02-console-empty');
  });

  it('makes a room and a stream key that is shown once', async () => {
    await host.getByTestId('room-new-first').click();
    await host.getByTestId('room-title').fill('秋日生活好物专场');
    await host.getByTestId('room-slug').fill('autumn');
    await host.getByTestId('room-host').fill('小满的店');
    await host.getByTestId('room-create').click();
    await host.waitForURL('**/console/rooms/autumn/live');
    await host.getByTestId('key-create').click();
    streamKey = await host.getByTestId('key-value').inputValue();
    streamServer = await host.getByTestId('key-server').inputValue();
    expect(streamKey).toMatch(/^autumn\?key=\S{12,}$/);
    await keep(host, '03-console-go-live');
  });

  it('makes a product with a picture', async () => {
    await office.goto('/console/products');
    await office.getByTestId('product-new').click();
    await office.getByTestId('product-name').fill('手工陶瓷马克杯');
    await office.getByTestId('product-description').fill('320ml 高温釉下彩，可微波，可洗碗机。');
    await office.getByTestId('product-picture').setInputFiles(mugPicture);
    await office.getByTestId('picture').locator('img').waitFor();
    await office.getByTestId('variant-name').fill('奶白');
    await office.getByTestId('variant-price').fill('59.00');
    await office.getByTestId('variant-stock').fill(String(stockBefore));
    await keep(office, '04-console-product');
    await office.getByTestId('product-save').click();
    await office.waitForURL(/\/console\/products\/prd_/);
    product = new URL(office.url()).pathname.split('/').at(-1) ?? '';
  });

  it('puts it in the showcase', async () => {
    await host.getByTestId('showcase-add').click();
    await host.getByTestId(`pick-${product}`).click();
    await host.getByTestId('picker-add').click();
    await host.getByTestId(`show-${product}`).waitFor();
  });

  it('refuses an encoder with a wrong key', async () => {
    const stranger = Encoder.start(`${streamServer}/autumn?key=not-the-key`);
    try {
      expect(await stranger.refused()).not.toBe(0);
    } finally {
      await stranger.stop();
    }
    await host.getByTestId('live-state').and(host.locator('[data-state=idle]')).waitFor();
  });

  it('goes live with the right key, and the host sees picture and input health', async () => {
    encoder = Encoder.start(`${streamServer}/${streamKey}`);
    await host.getByTestId('live-state').and(host.locator('[data-state=live]')).waitFor();
    await pictureMoves(host);
    await host.getByTestId('health-bitrate').waitFor();
    await until('25 frames a second measured', async () =>
      /\b2[3-7]/.test(await host.getByTestId('health-fps').innerText()),
    );
  });

  it('plays on two phones', async () => {
    buyer = await (await phone(browser, server.url, 'zh-CN')).newPage();
    watcher = await (await phone(browser, server.url, 'en-US')).newPage();
    await buyer.goto('/r/autumn');
    await pictureMoves(buyer);
    await watcher.goto('/r/autumn');
    await pictureMoves(watcher);
    await until(
      'three pages counted as online',
      async () => Number(await host.getByTestId('top-online').innerText()) >= 3,
    );
  });

  it('carries chat from one phone to the other and to the host', async () => {
    await watcher.getByTestId('chat-input').fill('Is it dishwasher safe?');
    await watcher.getByTestId('chat-send').click();
    await buyer.getByTestId('chat-line').filter({ hasText: 'dishwasher safe' }).waitFor();
    await host.getByTestId('chat-row').filter({ hasText: 'dishwasher safe' }).waitFor();
    await host.getByTestId('chat-input').fill('可以放洗碗机，也可以微波');
    await host.getByTestId('chat-send').click();
    await watcher.getByTestId('chat-line').filter({ hasText: '洗碗机' }).waitFor();
  });

  it('shows the product over both pictures when the host says so', async () => {
    await host.getByTestId(`show-${product}`).click();
    for (const page of [buyer, watcher]) {
      await page.locator(`[data-testid=now-card][data-product="${product}"]`).waitFor();
      expect(await freeOn(page)).toBe(stockBefore);
    }
    await keep(host, '05-console-live');
    await keep(buyer, '06-viewer-now-showing');
    await keep(watcher, '07-viewer-now-showing-en');
  });

  it('signs the buyer in with the code the console shows', async () => {
    await buyer.getByTestId('now-card-buy').click();
    await buyer.getByTestId('buy-now').waitFor();
    await keep(buyer, '08-viewer-product');
    await buyer.getByTestId('buy-now').click();
    await buyer.getByTestId('signin-phone').fill('13800001234');
    await buyer.getByTestId('signin-consent').check();
    await buyer.getByTestId('signin-send').click();
    await office.goto('/console/sms');
    const code = await office.getByTestId('sms-code').first().innerText();
    await keep(office, '09-console-sms');
    await buyer.getByTestId('signin-code').fill(code);
    await buyer.getByTestId('signin-submit').click();
    await buyer.getByTestId('order-submit').waitFor();
  });

  it('takes the order, and the stock falls on the other phone without a reload', async () => {
    await watcher.evaluate(() => Object.assign(window, { sameDocument: true }));
    await buyer.getByTestId('checkout-address').click();
    await buyer.getByTestId('address-name').fill('林青');
    await buyer.getByTestId('address-phone').fill('13800001234');
    await buyer.getByTestId('address-region').fill('浙江省 杭州市 西湖区');
    await buyer.getByTestId('address-line').fill('文三路 123 号 4 幢 501');
    await buyer.getByTestId('address-save').click();
    await buyer.getByTestId('address-sheet').waitFor({ state: 'hidden' });
    await buyer.getByTestId('checkout-address').filter({ hasText: '林青' }).waitFor();
    await keep(buyer, '10-viewer-checkout');
    await buyer.getByTestId('order-submit').click();
    await buyer.getByTestId('pay-sandbox').waitFor();
    await keep(buyer, '11-viewer-pay');
    await until('one unit less on the other phone', async () => (await freeOn(watcher)) === stockBefore - 1);
    expect(await watcher.evaluate(() => 'sameDocument' in window)).toBe(true);
  });

  it('is paid in the sandbox while the picture goes on', async () => {
    await buyer.getByTestId('pay-sandbox').click();
    const cashier = buyer.frameLocator('[data-testid=cashier-frame]');
    await cashier.locator('button[value=succeed]').waitFor();
    await keep(buyer, '12-viewer-cashier');
    await cashier.locator('button[value=succeed]').click();
    await buyer.locator('[data-testid=order-state][data-state=paid]').waitFor();
    await pictureMoves(buyer);
    await keep(buyer, '13-viewer-paid');
    await until(
      'the order counted on the live page',
      async () => (await host.getByTestId('top-orders').innerText()) === '1',
    );
    await until('its amount shown as a test', async () =>
      (await host.getByTestId('top-test').innerText()).includes('59.00'),
    );
  });

  it('is shipped from the console, and the buyer sees it', async () => {
    await office.goto('/console/orders');
    await office.getByTestId('order-row').first().click();
    await office.getByTestId('order-detail').filter({ hasText: '文三路 123 号 4 幢 501' }).waitFor();
    await office.getByTestId('order-ship').click();
    await office.getByTestId('ship-carrier').fill('顺丰速运');
    await office.getByTestId('ship-tracking').fill('SF1234567890');
    await keep(office, '14-console-ship');
    await office.getByTestId('ship-submit').click();
    await office.locator('[data-testid=order-detail][data-state=shipped]').waitFor();
    await keep(office, '15-console-shipped');
    await buyer.locator('[data-testid=order-state][data-state=shipped]').waitFor();
    await keep(buyer, '16-viewer-shipped');
  });

  it('keeps order and stock over kill -9', async () => {
    await encoder?.stop();
    await server.kill9();
    await server.restart();
    await office.goto('/console/orders');
    await office.locator('[data-testid=order-row][data-state=shipped]').waitFor();
    expect(await office.getByTestId('order-row').count()).toBe(1);
    await office.goto('/console/products');
    const row = office.getByTestId('product-row').first();
    await row.waitFor();
    const counts = (await row.locator('td').allInnerTexts()).slice(2).map(Number);
    expect(counts).toEqual([stockBefore - 1, 0, 1]); // free, held, sold
    await until('the open phone found the server again', async () => (await freeOn(watcher)) === stockBefore - 1);
    await watcher.getByTestId('chat-input').fill('Still here');
    await watcher.getByTestId('chat-send').click();
    await watcher.getByTestId('chat-line').filter({ hasText: 'Still here' }).waitFor();
  });
});
