// A flash sale by clicks: the host sets it up on a showcase product and opens it in two clicks; one buyer
// grabs and pays, the next one waits in the line until the first unit is gone for good.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Product, SandboxSms } from '@vitrine/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, keep, launch, phone } from './support/browser';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const mugPicture = join(import.meta.dirname, '../../assets/demo_pictures/mug.webp');

describe.sequential('a flash sale', () => {
  let server: Server;
  let browser: Browser;
  let owner: Owner;
  let host: Page;
  let buyer: Page;
  let second: Page;
  let product: Product;

  const phase = (page: Page, name: string) => page.locator(`[data-testid=flash-card][data-phase=${name}]`).waitFor();
  const figures = async (): Promise<string> => {
    const all = host.getByTestId('sale-figures').first();
    return `${await all.getAttribute('data-sold')} ${await all.getAttribute('data-held')} ${await all.getAttribute('data-left')}`;
  };

  async function signIn(page: Page, number: string): Promise<void> {
    await page.getByTestId('signin-phone').fill(number);
    await page.getByTestId('signin-consent').check();
    await page.getByTestId('signin-send').click();
    const code = await until('the code in the sandbox', async () => {
      const { items } = await owner.get<{ items: SandboxSms[] }>('/v1/staff/sms');
      return items.find((one) => one.phone_masked.endsWith(number.slice(-4)))?.code;
    });
    await page.getByTestId('signin-code').fill(code);
    await page.getByTestId('signin-submit').click();
  }

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('flash');
    product = await owner.shownProduct('flash', '手工陶瓷马克杯', 5, await readFile(mugPicture));
    host = await staff.newPage();
    await host.goto('/console/rooms/flash/live');
    buyer = await (await phone(browser, server.url, 'zh-CN')).newPage();
    second = await (await phone(browser, server.url, 'en-US')).newPage();
    await buyer.goto('/r/flash');
    await second.goto('/r/flash');
    await buyer.getByTestId('now-card').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('is set up on a showcase product and opened in two clicks', async () => {
    const sku = product.variants[0]?.sku ?? '';
    await host.getByTestId(`flash-${product.product}`).click();
    await host.getByTestId(`flash-units-${sku}`).fill('1');
    await host.getByTestId(`flash-price-${sku}`).fill('4.90');
    await host.getByText('更多设置').click();
    await host.getByTestId('flash-delay_s').fill('5');
    await keep(host, 'flash-01-console-set-up');
    await host.getByTestId('flash-submit').click();
    await host.locator('[data-testid=flash-pane] li[data-state=preheat]').waitFor();
  });

  it('counts down on server time, then opens the button by itself', async () => {
    await phase(buyer, 'preheat');
    await keep(buyer, 'flash-02-viewer-countdown');
    expect(await buyer.getByTestId('flash-grab').isDisabled()).toBe(true);
    await phase(buyer, 'grab');
    await keep(buyer, 'flash-03-viewer-open');
    await host.locator('[data-testid=flash-pane] li[data-state=open]').waitFor();
    await keep(host, 'flash-04-console-open');
  });

  it('is grabbed with one tap by a signed-in buyer; the host sees it held', async () => {
    await buyer.getByTestId('flash-grab').click();
    await signIn(buyer, '+8613800000011');
    await until('the sheet is gone', async () => (await buyer.getByTestId('signin-sheet').count()) === 0);
    await buyer.getByTestId('flash-grab').click();
    await buyer.getByTestId('pay-sheet').waitFor();
    expect(await buyer.getByTestId('pay-total').innerText()).toContain('4.90');
    await until('one held on the console', async () => (await figures()) === '0 1 0');
  });

  it('puts the next buyer into the line', async () => {
    await phase(second, 'all_held');
    await second.getByTestId('flash-grab').click();
    await signIn(second, '+8613800000012');
    await until('the sheet is gone', async () => (await second.getByTestId('signin-sheet').count()) === 0);
    await second.getByTestId('flash-grab').click();
    await phase(second, 'queued');
    await keep(second, 'flash-05-viewer-line');
  });

  it('takes an address, then the payment; the unit is sold and the line ends', async () => {
    await buyer.getByTestId('pay-address').click();
    const address = buyer.getByTestId('address-sheet');
    await address.getByTestId('address-name').fill('林小满');
    await address.getByTestId('address-phone').fill('+8613800000011');
    await address.getByTestId('address-region').fill('上海市 徐汇区');
    await address.getByTestId('address-line').fill('漕溪北路 1 号');
    await address.getByTestId('address-save').click();
    await until('the way to pay opens', () => buyer.getByTestId('pay-sandbox').isEnabled());
    await keep(buyer, 'flash-06-viewer-pay');
    await buyer.getByTestId('pay-sandbox').click();
    await buyer.frameLocator('[data-testid=cashier-frame]').locator('button[value=succeed]').click();
    await buyer.locator('[data-testid=order-state][data-state=paid]').waitFor();
    await until('one sold on the console', async () => (await figures()) === '1 0 0');
    await phase(second, 'sold_out');
    await keep(second, 'flash-07-viewer-sold-out');
    await keep(host, 'flash-08-console-sold');
  });

  it('ends when the host stops it', async () => {
    await host.getByTestId('sale-stop').click();
    await host.locator('.flash-stop-yes').click();
    await phase(second, 'ended').catch(() => second.getByTestId('now-card').waitFor());
    await until('the pane is gone: all is settled', async () => (await host.getByTestId('flash-pane').count()) === 0);
  });
});
