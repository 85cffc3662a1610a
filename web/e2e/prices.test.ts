// Prices by clicks: an activity that everybody in the room sees at once, and a member price that only its
// member sees, pays and finds on the order.
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
const memberPhone = '+8613800000041';

describe.sequential('prices', () => {
  let server: Server;
  let browser: Browser;
  let owner: Owner;
  let shop: Page;
  let member: Page;
  let guest: Page;
  let product = '';

  const shownOn = (page: Page) => page.getByTestId('now-card').locator('.price').innerText();

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('deals');
    product = (await owner.shownProduct('deals', '手工陶瓷马克杯', 9, await readFile(mugPicture))).product;
    shop = await staff.newPage();
    member = await (await phone(browser, server.url, 'zh-CN')).newPage();
    guest = await (await phone(browser, server.url, 'en-US')).newPage();
    for (const page of [member, guest]) {
      await page.goto('/r/deals');
      await page.getByTestId('now-card').waitFor();
    }
    await shop.goto(`/console/products/${product}`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('of an activity reach every phone at once, and go again', async () => {
    await shop.getByTestId('price-new').click();
    await shop.getByTestId('price-label').fill('开播价');
    await shop.getByTestId('price-amount').fill('8.80');
    await shop.getByTestId('price-save').click();
    await shop.getByText('活动价要有结束时间').waitFor();
    await shop.getByTestId('price-until').fill('2999-01-01T00:00');
    await keep(shop, 'prices-01-console-form');
    await shop.getByTestId('price-save').click();
    await shop.locator('[data-testid=price-row][data-in-force=true]').waitFor();
    for (const page of [member, guest])
      await until('the card has the activity price', async () => (await shownOn(page)).includes('8.80'));
    await guest.getByTestId('now-card-buy').click();
    await guest.getByTestId('product-price').getByText('开播价').waitFor();
    await keep(guest, 'prices-02-viewer-activity-en');
    await shop.getByTestId('price-end').click();
    await shop.locator('.el-popconfirm__action .el-button--primary').click();
    await until('and the base price again', async () => (await shownOn(member)).includes('9.90'));
  });

  it('of members are seen and paid by members alone', async () => {
    await shop.getByTestId('price-new').click();
    await shop.getByTestId('price-kind').selectOption('member');
    await shop.getByTestId('price-tier').selectOption('2');
    await shop.getByTestId('price-amount').fill('7.70');
    await shop.getByTestId('price-save').click();
    await shop.locator('[data-testid=price-row]').waitFor();
    await keep(shop, 'prices-03-console-member');
    await member.getByTestId('now-card-buy').click();
    await member.getByTestId('buy-now').click();
    await signIn(member, owner, memberPhone);
    const { items } = await owner.get<{ items: { buyer: string }[] }>(`/v1/buyers?q=${memberPhone.slice(3)}`);
    await owner.put(`/v1/buyers/${items[0]?.buyer}/tier`, { tier: 2 });
    await member.goto('/'); // the sheets of the room's page go with it
    await member.goto('/r/deals');
    await until('the member price is there', async () => (await shownOn(member)).includes('7.70'));
    expect(await shownOn(guest)).toContain('9.90');
    await member.getByTestId('now-card-buy').click();
    await member.getByTestId('product-price').getByText('会员价').waitFor();
    await keep(member, 'prices-04-viewer-member');
    await member.getByTestId('buy-now').click();
    await giveAddress(member, memberPhone);
    await member.getByTestId('order-submit').click();
    await payNow(member);
    await shop.goto('/console/orders');
    await shop.getByTestId('order-row').click();
    await shop.getByTestId('order-detail').getByText('会员价').waitFor();
    await keep(shop, 'prices-05-console-order');
  });
});
