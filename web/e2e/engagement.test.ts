// A room takes part, by clicks: questions asked, picked, answered and pinned; a coupon dropped over the picture
// and claimed in one tap; likes in a row.
import type { Browser, Page } from 'playwright-core';
import type { Coupon, SandboxSms, Timeline } from '@vitrine/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, keep, launch, phone, pictureMoves } from './support/browser';
import { Encoder } from './support/encoder';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const small = { width: 270, height: 480 };
const hour_ms = 3_600_000;

describe.sequential('a room that takes part', () => {
  let server: Server;
  let browser: Browser;
  let encoder: Encoder | null = null;
  let owner: Owner;
  let host: Page;
  let viewer: Page;
  let other: Page;

  const coupon = (name: string, live_only: boolean) =>
    owner.post('/v1/shop/coupons', {
      name,
      room: 'talk',
      live_only,
      kind: 'amount',
      amount: { amount: 1000, currency: 'CNY' },
      threshold: { amount: 5000, currency: 'CNY' },
      scope: 'shop',
      quota: 2,
      per_buyer: 1,
      claim_to_ms: Date.now() + hour_ms,
      use_within_hours: 24,
    });

  async function signIn(page: Page, phoneNumber: string): Promise<void> {
    await page.getByTestId('signin-phone').fill(phoneNumber);
    await page.getByTestId('signin-consent').check();
    await page.getByTestId('signin-send').click();
    const code = await until('the code in the sandbox', async () => {
      const { items } = await owner.get<{ items: SandboxSms[] }>('/v1/staff/sms');
      return items.find((sms) => sms.phone_masked.endsWith(phoneNumber.slice(-4)))?.code;
    });
    await page.getByTestId('signin-code').fill(code);
    await page.getByTestId('signin-submit').click();
    await page.getByTestId('signin-sheet').waitFor({ state: 'detached' });
  }

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('talk');
    const publishUrl = (await owner.streamKey('talk')).rtmp_url;
    encoder = Encoder.start(publishUrl, small);
    host = await staff.newPage();
    await host.goto('/console/rooms/talk/live');
    viewer = await (await phone(browser, server.url, 'zh-CN')).newPage();
    await viewer.goto('/r/talk');
    await pictureMoves(viewer);
    other = await (await phone(browser, server.url, 'en-US')).newPage();
    await other.goto('/r/talk');
    await pictureMoves(other);
  });

  afterAll(async () => {
    await encoder?.stop();
    await browser?.close();
    await server?.stop();
  });

  it('lets viewers ask once the host takes questions', async () => {
    expect(await viewer.getByTestId('questions-open').count()).toBe(0);
    await host.getByTestId('questions-open').click();
    await keep(host, 'engagement-01-console-closed');
    await host.getByTestId('questions-start').click();
    await viewer.getByTestId('questions-open').click();
    await keep(viewer, 'engagement-02-empty-zh');
    await viewer.getByTestId('question-input').fill('这只杯子能进洗碗机吗？');
    await viewer.getByTestId('question-send').click();
    await viewer.getByTestId('question-own').filter({ hasText: '洗碗机' }).waitFor();
    await other.getByTestId('questions-open').click();
    await other.getByTestId('question-input').fill('How long does delivery to Chengdu take?');
    await other.getByTestId('question-send').click();
    await other.getByTestId('question-own').waitFor();
    expect(await other.getByTestId('question-row').count(), 'nobody sees what was not picked').toBe(0);
    await keep(other, 'engagement-03-waits-en');
  });

  it('shows the one that is picked, with its answer, pinned over the picture', async () => {
    await host.getByTestId('question-waiting').filter({ hasText: '洗碗机' }).getByTestId('question-show').click();
    await viewer.getByTestId('sheet-close').click();
    await other.getByTestId('sheet-close').click();
    await other.getByTestId('question-card').filter({ hasText: '洗碗机' }).waitFor();
    const shown = host.getByTestId('question-shown').filter({ hasText: '洗碗机' });
    await shown.getByTestId('question-pin').click();
    await shown.getByTestId('question-reply').fill('可以，放上层。');
    await keep(host, 'engagement-04-console');
    await shown.getByTestId('question-reply-send').click();
    await viewer.getByTestId('question-answer').filter({ hasText: '放上层' }).waitFor();
    await keep(viewer, 'engagement-05-answered-zh');
    await other.reload();
    await other.locator('[data-testid=question-card][data-pinned=true]').waitFor();
    await keep(other, 'engagement-06-pinned-en');
    await shown.getByTestId('question-close').click();
    await other.getByTestId('question-card').waitFor({ state: 'detached' });
  });

  it('closes them all with one click that asks first', async () => {
    await host.getByTestId('questions-close').click();
    await host.locator('.questions-close-yes').click();
    await viewer.getByTestId('questions-open').waitFor({ state: 'detached' });
    await host.getByTestId('questions-start').waitFor();
    await host.keyboard.press('Escape');
  });

  it('drops a coupon that a guest has after signing in, by that one tap', async () => {
    await coupon('直播间专享券', true);
    await host.getByTestId('drops-open').click();
    await host.getByTestId('drop-now').click();
    await viewer.getByTestId('coupon-card').filter({ hasText: '直播间专享券' }).waitFor();
    await keep(viewer, 'engagement-07-coupon-zh');
    await other.getByTestId('coupon-card').waitFor();
    await keep(other, 'engagement-08-coupon-en');
    await viewer.getByTestId('coupon-card-claim').click();
    await signIn(viewer, '+8613800001111');
    await viewer.getByTestId('coupon-card-claim').filter({ hasText: '已领' }).waitFor();
    await other.locator('[data-testid=coupon-card][data-left="1"]').waitFor();
    await host.locator('[data-testid=drop-row][data-left="1"][data-dropped=true]').waitFor();
    await keep(host, 'engagement-09-console-drop');
    await viewer.reload();
    await viewer.getByTestId('coupon-card-claim').filter({ hasText: '已领' }).waitFor();
  });

  it('takes the card back', async () => {
    await host.getByTestId('drop-withdraw').click();
    await other.getByTestId('coupon-card').waitFor({ state: 'detached' });
    await host.keyboard.press('Escape');
  });

  it('counts likes in a row, and adds those of all', async () => {
    const before = Number(await likes(other));
    for (let tap = 0; tap < 12; tap += 1) await viewer.getByTestId('like').click();
    await viewer.locator('[data-testid=like-combo]').waitFor();
    await keep(viewer, 'engagement-10-combo');
    await other.getByTestId('like').click();
    await until('every tap is counted', async () => (await likes(other)) === before + 13);
    await viewer.getByTestId('like-combo').waitFor({ state: 'detached' });
  });

  it('has the question and the coupon in the timeline, and no claim when nothing is live', async () => {
    const { items } = await owner.get<{ items: { session: string }[] }>('/v1/rooms/talk/sessions');
    const timeline = await owner.get<Timeline>(`/v1/sessions/${items[0]?.session}/timeline`);
    const kinds = timeline.items.map((item) => (item.event as unknown as { kind: string }).kind);
    expect(kinds).toContain('question');
    expect(kinds).toContain('coupon');
    await encoder?.stop();
    encoder = null;
    const { items: coupons } = await owner.get<{ items: Coupon[] }>('/v1/shop/coupons?room=talk');
    await until('the stream is gone', async () => (await owner.get<{ state: string }>('/v1/streams/talk')).state === 'idle', 40_000);
    await owner.post('/v1/rooms/talk/coupon-drops', { coupon: coupons[0]?.coupon, seconds: 60 });
    await other.getByTestId('coupon-card-claim').click();
    await signIn(other, '+8613800002222');
    await other.getByText('It can be claimed only while the room is live').waitFor();
    await until('nobody got it', async () => {
      const now = await owner.get<{ items: Coupon[] }>('/v1/shop/coupons?room=talk');
      return now.items[0]?.left === 1;
    });
  });

  async function likes(page: Page): Promise<number> {
    const room = await page.evaluate(async () => (await fetch('/v1/rooms/talk')).json());
    return (room as { likes: number }).likes;
  }
});
