// Coupons by clicks: the shop makes one, a buyer claims it over the picture and pays less with it; then the
// shop pauses and ends it and reads what it brought.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { SandboxSms } from '@vitrine/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, keep, launch, phone } from './support/browser';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const mugPicture = join(import.meta.dirname, '../../assets/demo_pictures/mug.webp');

describe.sequential('coupons', () => {
  let server: Server;
  let browser: Browser;
  let owner: Owner;
  let shop: Page;
  let buyer: Page;

  const row = (name: string) => shop.getByTestId('coupon-row').filter({ hasText: name });

  async function make(name: string, amount: string, room: string): Promise<void> {
    await shop.getByTestId('coupon-new').click();
    await shop.getByTestId('coupon-name').fill(name);
    await shop.getByTestId('coupon-amount').fill(amount);
    await shop.getByTestId('coupon-threshold').fill('5');
    await shop.getByTestId('coupon-room').selectOption(room);
  }

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('drop');
    await owner.shownProduct('drop', '手工陶瓷马克杯', 5, await readFile(mugPicture));
    shop = await staff.newPage();
    await shop.goto('/console/coupons');
    buyer = await (await phone(browser, server.url, 'zh-CN')).newPage();
    await buyer.goto('/r/drop');
    await buyer.getByTestId('now-card').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('are made in one form that says what is missing', async () => {
    await keep(shop, 'coupons-01-console-empty');
    await make('新朋友见面礼', '', 'drop');
    await shop.getByTestId('coupon-submit').click();
    await shop.getByText('要大于 0').waitFor();
    await shop.getByTestId('coupon-amount').fill('2');
    await keep(shop, 'coupons-02-console-form');
    await shop.getByTestId('coupon-submit').click();
    await row('新朋友见面礼').waitFor();
    await make('小额券', '1', 'drop');
    await shop.getByTestId('coupon-submit').click();
    await row('小额券').waitFor();
  });

  it('are claimed over the picture, after signing in', async () => {
    await buyer.getByTestId('open-bag').click();
    const ticket = buyer.getByTestId('coupon-ticket').filter({ hasText: '新朋友见面礼' });
    await ticket.getByTestId('coupon-claim').click();
    await buyer.getByTestId('signin-phone').fill('+8613800000021');
    await buyer.getByTestId('signin-consent').check();
    await buyer.getByTestId('signin-send').click();
    const code = await until('the code in the sandbox', async () => {
      const { items } = await owner.get<{ items: SandboxSms[] }>('/v1/staff/sms');
      return items.find((one) => one.phone_masked.endsWith('0021'))?.code;
    });
    await buyer.getByTestId('signin-code').fill(code);
    await buyer.getByTestId('signin-submit').click();
    await until('the sheet is gone', async () => (await buyer.getByTestId('signin-sheet').count()) === 0);
    await ticket.getByTestId('coupon-claim').click();
    await buyer.locator('[data-testid=coupon-ticket][data-mine="1"]').filter({ hasText: '新朋友见面礼' }).waitFor();
    expect(await ticket.getByTestId('coupon-claim').isDisabled()).toBe(true);
    await buyer.getByTestId('coupon-ticket').filter({ hasText: '小额券' }).getByTestId('coupon-claim').click();
    await until('both are claimed', async () => (await buyer.locator('[data-testid=coupon-ticket][data-mine="1"]').count()) === 2);
    await keep(buyer, 'coupons-03-viewer-claimed');
  });

  it('are proposed at checkout, the best first, and the buyer may choose', async () => {
    await buyer.getByTestId('bag-item').first().click();
    await buyer.getByTestId('buy-now').click();
    const total = buyer.getByTestId('order-total');
    await until('the better one is taken', async () => (await total.innerText()).includes('7.90'));
    await buyer.getByTestId('coupon-choice').click();
    await keep(buyer, 'coupons-04-viewer-choice');
    await buyer.getByTestId('coupon-option').and(buyer.locator(':not(:checked)')).check();
    await until('the other one is taken', async () => (await total.innerText()).includes('8.90'));
    await buyer.getByTestId('coupon-option').and(buyer.locator(':not(:checked)')).check();
    await until('and the first again', async () => (await total.innerText()).includes('7.90'));
  });

  it('take something off what is paid, and off the order', async () => {
    await buyer.getByTestId('checkout-address').click();
    const address = buyer.getByTestId('address-sheet');
    await address.getByTestId('address-name').fill('林小满');
    await address.getByTestId('address-phone').fill('+8613800000021');
    await address.getByTestId('address-region').fill('上海市 徐汇区');
    await address.getByTestId('address-line').fill('漕溪北路 1 号');
    await address.getByTestId('address-save').click();
    await buyer.getByTestId('order-submit').click();
    await buyer.getByTestId('pay-sheet').waitFor();
    expect(await buyer.getByTestId('pay-total').innerText()).toContain('7.90');
    await buyer.getByTestId('pay-sandbox').click();
    await buyer.frameLocator('[data-testid=cashier-frame]').locator('button[value=succeed]').click();
    await buyer.locator('[data-testid=order-state][data-state=paid]').waitFor();
    await keep(buyer, 'coupons-05-viewer-paid');
  });

  it('show the shop what they brought, pause, go on and end', async () => {
    await shop.getByTestId('coupons-reload').click();
    await shop.locator('[data-testid=coupon-row][data-used="1"]').waitFor();
    expect(await row('新朋友见面礼').innerText()).toContain('7.90');
    await row('小额券').getByTestId('coupon-pause').click();
    await row('小额券').getByTestId('coupon-resume').waitFor();
    const gone = await owner.get<{ items: unknown[] }>('/v1/rooms/drop/coupons');
    expect(gone.items.length).toBe(1);
    await row('小额券').getByTestId('coupon-resume').click();
    await row('小额券').getByTestId('coupon-end').click();
    await shop.locator('.coupon-end-yes').click();
    await shop.locator('[data-testid=coupon-row][data-state=ended]').waitFor();
    await keep(shop, 'coupons-06-console-stats');
    const [download] = await Promise.all([
      shop.waitForEvent('download'),
      row('新朋友见面礼').getByTestId('coupon-export').click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toContain(',used,');
  });
});
