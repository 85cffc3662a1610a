// Orders after the payment, by clicks: sent in two packages, followed on the phone, found again, taken out as
// a file, received.
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
const buyerPhone = '+8613800000031';

describe.sequential('an order on its way', () => {
  let server: Server;
  let browser: Browser;
  let owner: Owner;
  let shop: Page;
  let buyer: Page;
  let order = '';

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('parcels');
    await owner.shownProduct('parcels', '手工陶瓷马克杯', 9, await readFile(mugPicture));
    shop = await staff.newPage();
    buyer = await (await phone(browser, server.url, 'zh-CN')).newPage();
    await buyer.goto('/r/parcels');
    await buyer.getByTestId('now-card-buy').click();
    await buyer.getByTestId('quantity-more').click();
    await buyer.getByTestId('quantity-more').click();
    await buyer.getByTestId('buy-now').click();
    await signIn(buyer, owner, buyerPhone);
    if (await buyer.getByTestId('buy-now').isVisible()) await buyer.getByTestId('buy-now').click();
    await giveAddress(buyer, buyerPhone);
    await buyer.getByTestId('order-submit').click();
    await payNow(buyer);
    order = await buyer.getByTestId('order-id').innerText();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('goes out in two packages', async () => {
    await shop.goto('/console/orders');
    await shop.getByTestId('order-search').fill(order.slice(-10));
    await until('the list is narrowed', () => new URL(shop.url()).searchParams.get('q') === order.slice(-10));
    await shop.getByTestId('order-row').click();
    await shop.getByTestId('order-ship').click();
    await shop.getByTestId('ship-quantity-0').locator('input').fill('2');
    await shop.getByTestId('ship-carrier').fill('顺丰速运');
    await shop.getByTestId('ship-tracking').fill('SF1000000001');
    await keep(shop, 'orders-01-console-first-package');
    await shop.getByTestId('ship-submit').click();
    await shop.locator('[data-testid=order-detail][data-state=partly_shipped]').waitFor();
    await buyer.locator('[data-testid=order-state][data-state=partly_shipped]').waitFor();
    await keep(buyer, 'orders-02-viewer-partly-shipped');
    await shop.getByTestId('order-ship').click();
    await shop.getByTestId('ship-tracking').fill('SF1000000002');
    await shop.getByTestId('ship-submit').click();
    await shop.locator('[data-testid=order-detail][data-state=shipped]').waitFor();
    expect(await shop.getByTestId('order-package').count()).toBe(2);
  });

  it('is followed on the phone', async () => {
    const first = shop.getByTestId('order-package').first();
    await first.getByTestId('package-track').click();
    await first.getByTestId('track-text').fill('已到达上海转运中心');
    await first.getByTestId('package-save').click();
    await first.getByTestId('track-point').waitFor();
    await first.getByTestId('package-correct').click();
    await first.getByTestId('correct-tracking').fill('SF1000000009');
    await first.getByTestId('package-save').click();
    await first.getByText('SF1000000009').waitFor();
    await keep(shop, 'orders-03-console-packages');
    await buyer.goto(`/r/parcels?order=${order}`);
    await buyer.getByText('已到达上海转运中心').waitFor();
    expect(await buyer.getByTestId('order-package').count()).toBe(2);
    await keep(buyer, 'orders-04-viewer-track');
  });

  it('is found by its tracking number, its day and its room, and taken out as a file', async () => {
    await shop.goto('/console/orders?q=SF1000000009');
    await shop.locator(`[data-testid=order-row][data-order="${order}"]`).waitFor();
    await shop.goto('/console/orders?until=2020-01-01');
    await shop.getByTestId('empty-state').waitFor();
    await shop.goto('/console/orders?room=parcels&state=shipped');
    await shop.getByTestId('order-row').waitFor();
    await shop.getByTestId('orders-export').click();
    await shop.getByTestId('export-personal').click();
    await shop.getByTestId('export-reason').fill('仓库打单');
    await keep(shop, 'orders-05-console-export');
    const [download] = await Promise.all([shop.waitForEvent('download'), shop.getByTestId('export-start').click()]);
    const file = await readFile(await download.path(), 'utf8');
    expect(file).toContain(order);
    expect(file).toContain('顺丰速运 SF1000000009 + 顺丰速运 SF1000000002');
    expect(file).toContain("'+8613800000031");
  });

  it('is in the bill of its day, which agrees with our books', async () => {
    await shop.goto('/console/bills');
    const today = await shop.getByTestId('bill-day').inputValue();
    await shop.getByTestId('bill-provider').selectOption('sandbox');
    await shop.getByTestId('bill-check').click();
    await shop.locator('[data-testid=bill-row][data-differences="0"]').filter({ hasText: today }).waitFor();
    await keep(shop, 'orders-07-console-bills');
  });

  it('is received', async () => {
    await buyer.getByTestId('order-received').click();
    await keep(buyer, 'orders-06-viewer-received');
    await buyer.getByTestId('order-received-confirm').click();
    await buyer.locator('[data-testid=order-state][data-state=completed]').waitFor();
  });
});
