// End-to-end tests: the real program, real Chromium, ffmpeg as the encoder. `npm run e2e` in web/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    environment: 'node',
    // One browser and one encoder at a time: the picture must not suffer from the test beside it.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The steps of a live build on each other: after the first that fails the rest say nothing new.
    bail: 1,
  },
});
