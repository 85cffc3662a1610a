// What encoders send beside the usual, played by mpegts.js in Chromium.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { desk, launch, phone, pictureMoves, soundGoesOn, watching } from './support/browser';
import { Encoder, picture } from './support/encoder';
import { OpusEncoder } from './support/opus-encoder';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

describe.sequential('the viewer page', () => {
  let server: Server;
  let browser: Browser;
  let viewers: BrowserContext;
  let url: string;
  let page: Page;
  let encoder: { stop(): Promise<void> };

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const owner = new Owner(server, await desk(browser, server.url));
    await owner.claim();
    await owner.room('stage');
    url = (await owner.streamKey('stage')).rtmp_url;
    viewers = await phone(browser, server.url, 'en-US');
  });

  beforeEach(async () => {
    page = await viewers.newPage();
    await page.goto('/r/stage');
  });

  afterEach(async () => {
    await page.close();
    await encoder.stop();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('plays B-frames without a picture out of order', async () => {
    encoder = Encoder.start(url, { bframes: 2 });
    await pictureMoves(page);
    const before = await watching(page);
    await pictureMoves(page);
    const after = await watching(page);
    const pictures = after.frames - before.frames;
    expect(pictures / (after.time_s - before.time_s)).toBeGreaterThan(picture.fps * 0.8);
    expect((await watching(page)).sound_bytes).toBeGreaterThan(0);
  });

  it('plays a picture without sound', async () => {
    encoder = Encoder.start(url, { audio: false });
    await pictureMoves(page);
    expect((await watching(page)).sound_bytes).toBe(0);
  });

  it('plays sound without a picture, and the picture once there is one', async () => {
    encoder = Encoder.start(url, { video: false });
    await soundGoesOn(page);
    expect((await watching(page)).width).toBe(0);
    await encoder.stop();
    encoder = Encoder.start(url);
    await pictureMoves(page, 30_000);
  });

  it('plays Opus, which Enhanced RTMP brought in', async () => {
    encoder = await OpusEncoder.start(url, 40);
    await soundGoesOn(page);
  });

  it('goes on with another resolution', async () => {
    encoder = Encoder.start(url);
    await pictureMoves(page);
    expect((await watching(page)).width).toBe(picture.width);
    await encoder.stop();
    encoder = Encoder.start(url, { width: 360, height: 640 });
    await until('the smaller picture', async () => (await watching(page)).width === 360, 20_000);
    await pictureMoves(page);
  });
});
