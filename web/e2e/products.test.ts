// The catalog as a file, by clicks: taken in, refused with what is wrong, taken out, changed and taken in again.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, keep, launch } from './support/browser';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const good = 'name,category,variant,price,initial_stock\n手工陶瓷马克杯,厨房,奶白,59.00,12\n,,墨绿,62.00,5\n棉麻桌布,家居,,88,3\n';

describe.sequential('products in a file', () => {
  let server: Server;
  let browser: Browser;
  let shop: Page;

  const choose = (name: string, text: string) =>
    shop.getByTestId('import-file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    await new Owner(server, staff).claim();
    shop = await staff.newPage();
    await shop.goto('/console/products');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('are refused as a whole while a line is wrong', async () => {
    await shop.getByTestId('products-import').click();
    await choose('bad.csv', good + '茶匙,厨房,,便宜,1\n筷子,厨房,,9.90,很多\n');
    await shop.getByTestId('import-bad').waitFor();
    expect(await shop.getByTestId('import-fault').allInnerTexts()).toEqual([
      expect.stringMatching(/第 5 行[^]*price/),
      expect.stringMatching(/第 6 行[^]*initial_stock/),
    ]);
    expect(await shop.getByTestId('import-start').isDisabled()).toBe(true);
    await keep(shop, 'products-01-console-import-bad');
  });

  it('are looked at before they are taken in', async () => {
    await choose('good.csv', good);
    await shop.getByTestId('import-good').waitFor();
    await keep(shop, 'products-02-console-import-good');
    await shop.getByTestId('import-start').click();
    await until('two products are there', async () => (await shop.getByTestId('product-row').count()) === 2);
  });

  it('come out again and go in again with another price', async () => {
    const [download] = await Promise.all([
      shop.waitForEvent('download'),
      shop.getByTestId('products-export').click(),
    ]);
    const file = await readFile(await download.path(), 'utf8');
    expect(file).toContain('手工陶瓷马克杯');
    await shop.getByTestId('products-import').click();
    await choose('again.csv', file.replace('88.00', '79.00'));
    await shop.getByTestId('import-good').waitFor();
    await shop.getByTestId('import-start').click();
    await shop.getByText('¥79.00').waitFor();
    await keep(shop, 'products-03-console-list');
  });
});
