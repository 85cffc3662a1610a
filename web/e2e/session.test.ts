// A live session by clicks: announced, rehearsed, on air, interrupted, ended; and a poll in it.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Room, Timeline } from '@vitrine/sdk';
import { desk, keep, launch, phone, pictureMoves } from './support/browser';
import { Encoder } from './support/encoder';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const small = { width: 270, height: 480 };

describe.sequential('a live session', () => {
  let server: Server;
  let browser: Browser;
  let encoder: Encoder | null = null;
  let owner: Owner;
  let publishUrl = '';
  let host: Page;
  let viewer: Page;
  let other: Page;

  const inState = (state: string) => host.locator(`[data-testid=session-bar][data-state=${state}]`).waitFor();

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const staff = await desk(browser, server.url);
    owner = new Owner(server, staff);
    await owner.claim();
    await owner.room('evening');
    publishUrl = (await owner.streamKey('evening')).rtmp_url;
    host = await staff.newPage();
    await host.goto('/console/rooms/evening/live');
    viewer = await (await phone(browser, server.url, 'zh-CN')).newPage();
    other = await (await phone(browser, server.url, 'en-US')).newPage();
  });

  afterAll(async () => {
    await encoder?.stop();
    await browser?.close();
    await server?.stop();
  });

  it('is announced, and viewers see a countdown', async () => {
    await inState('none');
    await host.getByTestId('session-new').click();
    await host.getByTestId('session-title').fill('周五晚八点');
    const soon = new Date(Date.now() + 2 * 3_600_000);
    const two = (n: number) => String(n).padStart(2, '0');
    await host
      .getByTestId('session-starts')
      .fill(
        `${soon.getFullYear()}-${two(soon.getMonth() + 1)}-${two(soon.getDate())}T${two(soon.getHours())}:${two(soon.getMinutes())}`,
      );
    await host.getByTestId('session-submit').click();
    await inState('scheduled');
    await viewer.goto('/r/evening');
    await viewer.getByTestId('picture-announced').filter({ hasText: '周五晚八点' }).waitFor();
    expect(await viewer.getByTestId('countdown').innerText()).toMatch(/^[12]:\d\d:\d\d$/);
    await keep(viewer, 'session-1-countdown');
  });

  it('has a preview that only staff see', async () => {
    encoder = Encoder.start(publishUrl, small);
    await inState('preview');
    await pictureMoves(host);
    await viewer.getByTestId('countdown').waitFor();
    await keep(host, 'session-2-preview');
  });

  it('goes live when the host says so', async () => {
    await host.getByTestId('session-go-live').click();
    await inState('live');
    await pictureMoves(viewer);
    await other.goto('/r/evening');
    await pictureMoves(other);
  });

  it('takes one vote a viewer and shows the result to all', async () => {
    await host.getByTestId('polls-open').click();
    await host.getByTestId('poll-question').fill('下一个看哪一款？');
    await host.getByTestId('poll-option-0').fill('马克杯');
    await host.getByTestId('poll-option-1').fill('台灯');
    await host.getByTestId('poll-submit').click();
    await viewer.getByTestId('poll-option-1').click();
    await viewer.locator('[data-testid=poll-count-1][data-count="1"]').waitFor();
    await other.getByTestId('poll-option-0').click();
    await viewer.locator('[data-testid=poll-count-0][data-count="1"]').waitFor();
    await keep(viewer, 'session-3-poll');
    await viewer.reload();
    await viewer.locator('[data-testid=poll-option-1][aria-pressed=true]').waitFor();
    await until('both votes in the console', async () => (await host.getByTestId('poll-count-0').last().innerText()) === '1');
    await keep(host, 'session-4-console-poll');
    await host.getByTestId('poll-close').click();
    await other.locator('[data-testid=poll-card][data-state=closed]').waitFor();
    await keep(other, 'session-5-result-en');
    await host.keyboard.press('Escape');
  });

  it('is interrupted with its encoder and goes on with it', async () => {
    await encoder?.stop();
    await inState('interrupted');
    encoder = Encoder.start(publishUrl, small);
    await inState('live');
    await pictureMoves(viewer);
  });

  it('goes on over kill -9', async () => {
    await viewer.getByTestId('chat-input').fill('还在吗');
    await viewer.getByTestId('chat-send').click();
    await viewer.getByTestId('chat-line').filter({ hasText: '还在吗' }).waitFor();
    await encoder?.stop();
    await server.kill9();
    await server.restart();
    await inState('interrupted');
    encoder = Encoder.start(publishUrl, small);
    await inState('live');
    await pictureMoves(viewer, 30_000);
  });

  it('ends when the host says so, though the encoder goes on', async () => {
    await host.getByTestId('session-end').click();
    await host.locator('.session-end-yes').click();
    await inState('ended');
    await viewer.getByTestId('picture-ended').waitFor();
    await keep(viewer, 'session-6-ended');
    await keep(host, 'session-7-console-ended');
  });

  it('has a timeline of what was shown and said', async () => {
    const room = await owner.get<Room>('/v1/rooms/evening');
    const timeline = await owner.get<Timeline>(`/v1/sessions/${room.session?.session}/timeline`);
    const kinds = timeline.items.map((item) => (item.event as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === 'poll')).toHaveLength(2);
    expect(kinds).toContain('chat');
    const times = timeline.items.map((item) => item.t_ms);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
