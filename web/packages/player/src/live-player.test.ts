import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineEvents } from './flv-engine';
import { LivePlayer, type PlayerState } from './live-player';

interface FakeVideo {
  currentTime: number;
  readyState: number;
  paused: boolean;
  muted: boolean;
  buffered: { length: number; end: () => number };
  play: () => Promise<void>;
}

describe('LivePlayer', () => {
  let video: FakeVideo;
  let urls: string[];
  let engine: EngineEvents;
  let states: PlayerState[];
  let player: LivePlayer;
  let muted: number;
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  beforeEach(async () => {
    vi.useFakeTimers();
    video = { currentTime: 0, readyState: 4, paused: false, muted: false, buffered: { length: 1, end: () => 12 }, play: async () => undefined };
    urls = [];
    states = [];
    muted = 0;
    player = new LivePlayer(video as unknown as HTMLVideoElement, {
      url: '/live/demo.flv',
      random: () => 1,
      onState: (state) => void states.push(state),
      onMuted: () => void (muted += 1),
      start: async (_video, url, events) => {
        urls.push(url);
        engine = events;
        return { destroy: () => undefined };
      },
    });
    player.start();
    await settle();
  });

  afterEach(() => {
    player.stop();
    vi.useRealTimers();
  });

  async function playFor(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      video.currentTime += 0.25;
      await vi.advanceTimersByTimeAsync(250);
    }
  }

  it('maps its playhead to media time from the first metadata on', async () => {
    engine.metadata({ vitrineEpoch: 3, vitrineFirstDts: 900_000 });
    expect(player.playhead()).toBeNull();
    await playFor(500);
    expect(player.playhead()).toEqual({ epoch: 3, pts90k: 900_000 + 45_000 });
  });

  it('maps as before when the publisher came back: the line went on by the time that passed', async () => {
    engine.metadata({ vitrineEpoch: 3, vitrineFirstDts: 0 });
    await playFor(500);
    engine.metadata({ vitrineEpoch: 3, vitrineFirstDts: 9_000_000 });
    video.currentTime = 101;
    expect(player.playhead()).toEqual({ epoch: 3, pts90k: 101 * 90_000 });
  });

  it('waits longer after each failure, tries WebSocket after two, then both by turns', async () => {
    engine.failed('network');
    expect(player.state).toBe('retrying');
    await vi.advanceTimersByTimeAsync(400);
    engine.failed('network');
    await vi.advanceTimersByTimeAsync(799);
    expect(urls).toEqual(['/live/demo.flv', '/live/demo.flv']);
    await vi.advanceTimersByTimeAsync(1);
    expect(urls[2]).toMatch(/^ws:.*\/live\/demo\.flv$/);
    engine.failed('network');
    await vi.advanceTimersByTimeAsync(1_600);
    expect(urls[3]).toBe('/live/demo.flv');
  });

  it('says offline when there is no such live stream, and keeps asking over HTTP', async () => {
    for (let i = 0; i < 4; i += 1) {
      engine.failed('not_found');
      expect(player.state).toBe('offline');
      await vi.advanceTimersByTimeAsync(8_000);
    }
    expect(urls).toEqual(Array(5).fill('/live/demo.flv'));
  });

  it('asks for a fresh URL when its token is refused, and keeps the old one when there is none', async () => {
    player.stop();
    const fresh = vi.fn().mockRejectedValueOnce(new Error('offline')).mockResolvedValue('/live/demo.flv?token=new');
    player = new LivePlayer(video as unknown as HTMLVideoElement, {
      url: '/live/demo.flv?token=old',
      freshUrl: fresh,
      random: () => 1,
      start: async (_video, url, events) => {
        urls.push(url);
        engine = events;
        return { destroy: () => undefined };
      },
    });
    urls = [];
    player.start();
    await settle();
    expect(fresh).not.toHaveBeenCalled();
    engine.failed('forbidden');
    await vi.advanceTimersByTimeAsync(400);
    engine.failed('forbidden');
    await vi.advanceTimersByTimeAsync(800);
    expect(urls).toEqual(['/live/demo.flv?token=old', '/live/demo.flv?token=old', '/live/demo.flv?token=new']);
    engine.failed('network');
    await vi.advanceTimersByTimeAsync(1_600);
    expect(fresh).toHaveBeenCalledTimes(2);
  });

  it('reports a stall, calls the network weak at the second, and restarts a picture frozen for 10 s', async () => {
    await playFor(500);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(player.state).toBe('stalled');
    expect(player.weak()).toBe(false);
    await playFor(500);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(player.weak()).toBe(true);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(urls).toHaveLength(2);
  });

  it('ignores what an earlier attempt still reports', async () => {
    const earlier = engine;
    engine.failed('network');
    await vi.advanceTimersByTimeAsync(400);
    earlier.failed('network');
    expect(player.state).toBe('loading');
    expect(urls).toHaveLength(2);
  });

  it('plays muted when the browser wants a tap first', async () => {
    player.stop();
    video.play = async () => {
      if (!video.muted) throw new DOMException('tap first', 'NotAllowedError');
    };
    player.start();
    await settle();
    expect(video.muted).toBe(true);
    expect(muted).toBe(1);
  });
});
