// What every story with a buyer needs: somebody signed in, with an address, who pays.
import type { Page } from 'playwright-core';
import type { SandboxSms } from '@vitrine/sdk';
import type { Owner } from './owner';
import { until } from './until';

/** Signs in on the sheet that is open, with the code the console shows. */
export async function signIn(page: Page, owner: Owner, phone: string): Promise<void> {
  await page.getByTestId('signin-phone').fill(phone);
  await page.getByTestId('signin-consent').check();
  await page.getByTestId('signin-send').click();
  const code = await until('the code in the sandbox', async () => {
    const { items } = await owner.get<{ items: SandboxSms[] }>('/v1/staff/sms');
    return items.find((one) => one.phone_masked.endsWith(phone.slice(-4)))?.code;
  });
  await page.getByTestId('signin-code').fill(code);
  await page.getByTestId('signin-submit').click();
  await until('the sheet is gone', async () => (await page.getByTestId('signin-sheet').count()) === 0);
}

/** Writes the first address on the checkout sheet. */
export async function giveAddress(page: Page, phone: string, region = '上海市 徐汇区'): Promise<void> {
  await page.getByTestId('checkout-address').click();
  const address = page.getByTestId('address-sheet');
  await address.getByTestId('address-name').fill('林小满');
  await address.getByTestId('address-phone').fill(phone);
  await address.getByTestId('address-region').fill(region);
  await address.getByTestId('address-line').fill('漕溪北路 1 号');
  await address.getByTestId('address-save').click();
}

/** Pays the order on the pay sheet with play money. */
export async function payNow(page: Page): Promise<void> {
  await page.getByTestId('pay-sheet').waitFor();
  await page.getByTestId('pay-sandbox').click();
  await page.frameLocator('[data-testid=cashier-frame]').locator('button[value=succeed]').click();
  await page.locator('[data-testid=order-state][data-state=paid]').waitFor();
}
