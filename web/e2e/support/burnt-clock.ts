// Reads the number that the encoder burnt into each frame, in the page, from what is on the screen.
import type { BrowserContext, Page } from 'playwright-core';
import { clockBits, clockHeight } from './encoder';

declare global {
  interface Window {
    /** The number of the frame that a video shows now. */
    frameNumber: (selector: string) => number;
    /** What appeared with which frame, oldest first. */
    appeared: { product: string; frame: number }[];
    /** How many products the room has told this page of. */
    told: number;
  }
}

/** Gives the page frameNumber(). */
export async function readClock(page: Page): Promise<void> {
  await page.evaluate(
    ({ bits, tall }) => {
      const canvas = document.createElement('canvas');
      canvas.width = bits * 8;
      canvas.height = 8;
      const paper = canvas.getContext('2d', { willReadFrequently: true });
      window.frameNumber = (selector) => {
        const video = document.querySelector<HTMLVideoElement>(selector);
        if (!video || !paper) return -1;
        const wide = Math.floor(video.videoWidth / bits) * bits;
        paper.drawImage(video, 0, 0, wide, video.videoHeight * tall, 0, 0, canvas.width, canvas.height);
        const pixels = paper.getImageData(0, 4, canvas.width, 1).data;
        return Array.from({ length: bits }, (_, bit) => ((pixels[(bit * 8 + 4) * 4] ?? 0) > 127 ? 2 ** bit : 0)).reduce(
          (sum, value) => sum + value,
          0,
        );
      };
    },
    { bits: clockBits, tall: clockHeight },
  );
}

/** Counts what the room tells pages that are opened from now on. */
export async function countTold(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.told = 0;
    const Native = window.WebSocket;
    window.WebSocket = class extends Native {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        this.addEventListener('message', (message) => {
          if (String(message.data).includes('"product_shown"')) window.told += 1;
        });
      }
    };
  });
}

/** Notes the frame that each product card appears with. */
export async function watchCards(page: Page): Promise<void> {
  await readClock(page);
  await page.evaluate(() => {
    window.appeared = [];
    let before = new Set<string>();
    new MutationObserver(() => {
      // The card before it may still be leaving.
      const cards = Array.from(document.querySelectorAll('[data-testid=now-card]'));
      const now = new Set(cards.map((card) => card.getAttribute('data-product') ?? ''));
      for (const product of now) {
        if (!before.has(product)) window.appeared.push({ product, frame: window.frameNumber('video') });
      }
      before = now;
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-product'] });
  });
}
