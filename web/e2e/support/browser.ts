// Debian's Chromium as a desk and as phones.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { until } from './until';

const artifacts = join(import.meta.dirname, '../../../artifacts/e2e');

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

export function desk(browser: Browser, baseURL: string): Promise<BrowserContext> {
  return browser.newContext({ baseURL, locale: 'zh-CN', viewport: { width: 1440, height: 900 } });
}

export function phone(browser: Browser, baseURL: string, locale: 'zh-CN' | 'en-US'): Promise<BrowserContext> {
  return browser.newContext({
    baseURL,
    locale,
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  });
}

/** Keeps a picture of the page under artifacts/e2e/. */
export async function keep(page: Page, name: string): Promise<void> {
  await mkdir(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`) });
}

interface Watching {
  frames: number;
  time_s: number;
  width: number;
  sound_bytes: number;
}

/** What the page's video element says of itself. */
export async function watching(page: Page): Promise<Watching> {
  return page
    .locator('video')
    .first()
    .evaluate((element) => {
      const video = element as HTMLVideoElement;
      return {
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        time_s: video.currentTime,
        width: video.videoWidth,
        sound_bytes: (video as unknown as { webkitAudioDecodedByteCount: number }).webkitAudioDecodedByteCount,
      };
    });
}

/** Waits until the picture moves: 25 more frames decoded and the playhead a second on. Answers how long that took. */
export async function pictureMoves(page: Page, deadline_ms = 20_000): Promise<number> {
  const began = Date.now();
  await until('a first frame', async () => (await watching(page)).width > 0, deadline_ms);
  const before = await watching(page);
  await until(
    `the picture moves from ${JSON.stringify(before)}`,
    async () => {
      const now = await watching(page);
      return now.frames >= before.frames + 25 && now.time_s >= before.time_s + 0.9;
    },
    deadline_ms,
  );
  return Date.now() - began;
}

/** Waits until the sound goes on: decoded, and the playhead a second further. */
export async function soundGoesOn(page: Page, deadline_ms = 20_000): Promise<void> {
  await until('sound decoded', async () => (await watching(page)).sound_bytes > 0, deadline_ms);
  const before = await watching(page);
  await until(
    `the sound goes on from ${JSON.stringify(before)}`,
    async () => {
      const now = await watching(page);
      return now.sound_bytes > before.sound_bytes && now.time_s >= before.time_s + 0.9;
    },
    deadline_ms,
  );
}
