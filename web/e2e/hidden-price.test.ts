// A hidden price by clicks: hidden in the product editor, put on the showcase, unseen and unsold on a phone until
// the host opens it on the live page, and then bought.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, keep, launch, phone } from './support/browser';
import { giveAddress, payNow, signIn } from './support/buyer';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const mugPicture = join(import.meta.dirname, '../../assets/demo_pictures/mug.webp');
const buyerPhone = '+8613800000043';

describe.sequential('a price that opens', () => {
  let server: Server;
  let browser: Browser;
  let owner: Owner;
  let studio: Page;
  let viewer: Page;
  let guest: Page;
  let product = '';
  const heard: string[] = [];

  /** What the server answers and tells a page, to be searched for the price. */
  function listen(page: Page): void {
    page.on('response', (response) => void response.text().then((text) => heard.push(text), () => undefined));
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
  }
  const told = () => heard.some((text) => /"amount":990\b/.test(text));
  const shownOn = (page: Page) => page.getByTestId('now-card').locator('.price').innerText();

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('night');
    product = (await owner.shownProduct('night', '手工陶瓷马克杯', 9, await readFile(mugPicture))).product;
    studio = await staff.newPage();
    viewer = await (await phone(browser, server.url, 'zh-CN')).newPage();
    guest = await (await phone(browser, server.url, 'en-US')).newPage();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('is nowhere on the phones before, and nothing can be bought', async () => {
    await studio.goto(`/console/products/${product}`);
    await studio.getByTestId('product-hide-price').click();
    await studio.locator('.el-message-box__btns .el-button--primary').click();
    await studio.getByTestId('price-hidden').waitFor();
    await keep(studio, 'hidden-price-01-console-product');
    listen(viewer);
    listen(guest);
    await viewer.goto('/r/night');
    await guest.goto('/r/night');
    await until('the card waits', async () => (await shownOn(viewer)) === '价格待揭晓');
    expect(await shownOn(guest)).toBe('Price to be revealed');
    await viewer.getByTestId('now-card-buy').click();
    await viewer.getByTestId('price-hidden').last().waitFor();
    expect(await viewer.getByTestId('buy-now').isDisabled()).toBe(true);
    expect(await viewer.getByTestId('add-cart').isDisabled()).toBe(true);
    await keep(viewer, 'hidden-price-02-viewer');
    await keep(guest, 'hidden-price-03-viewer-en');
    expect(heard.length).toBeGreaterThan(0);
    expect(told()).toBe(false);
  });

  it('is on every phone once the host opens it, and is what the buyer pays', async () => {
    await studio.goto('/console/rooms/night/live');
    await studio.getByTestId(`open-price-${product}`).waitFor();
    await keep(studio, 'hidden-price-04-console-live');
    await studio.getByTestId(`open-price-${product}`).click();
    await until('the phone has the price', async () => (await shownOn(guest)).includes('9.90'));
    await until('the open sheet has it too', () => viewer.getByTestId('buy-now').isEnabled());
    expect(told(), 'the price would have been found before').toBe(true);
    expect(await studio.getByTestId(`open-price-${product}`).count()).toBe(0);
    await viewer.getByTestId('buy-now').click();
    await signIn(viewer, owner, buyerPhone);
    await giveAddress(viewer, buyerPhone);
    await viewer.getByTestId('order-submit').click();
    await payNow(viewer);
  });
});
