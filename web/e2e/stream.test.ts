// What other programs read of a live: ffprobe over HTTP-FLV.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stream } from '@vitrine/sdk';
import { desk, launch } from './support/browser';
import { Encoder, picture } from './support/encoder';
import { Owner } from './support/owner';
import { Server } from './support/server';
import { until } from './support/until';

const run = promisify(execFile);

interface Packet {
  codec_type: 'video' | 'audio';
  pts_time: string;
  dts_time: string;
  flags: string;
}

interface Probe {
  streams: { codec_type: string; codec_name: string; width?: number; height?: number; sample_rate?: string }[];
  packets: Packet[];
}

describe.sequential('a stream read by ffprobe', () => {
  let server: Server;
  let browser: Browser;
  let encoder: Encoder | null = null;
  let probe: Probe;

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    const owner = new Owner(server, await desk(browser, server.url));
    await owner.claim();
    const key = await owner.streamKey('probe');
    encoder = Encoder.start(key.rtmp_url);
    await until('the stream live', async () => (await owner.get<Stream>('/v1/streams/probe')).state === 'live');
    const { stdout } = await run('ffprobe', [
      ...['-v', 'error', '-of', 'json', '-show_streams', '-show_packets', '-read_intervals', '%+3'],
      `${server.url}/live/probe.flv`,
    ]);
    probe = JSON.parse(stdout) as Probe;
  });

  afterAll(async () => {
    await encoder?.stop();
    await browser?.close();
    await server?.stop();
  });

  const packets = (type: Packet['codec_type']) => probe.packets.filter((packet) => packet.codec_type === type);

  it('has the codecs and the size that were sent', () => {
    const video = probe.streams.find((stream) => stream.codec_type === 'video');
    const audio = probe.streams.find((stream) => stream.codec_type === 'audio');
    expect([video?.codec_name, video?.width, video?.height]).toEqual(['h264', picture.width, picture.height]);
    expect([audio?.codec_name, audio?.sample_rate]).toEqual(['aac', '48000']);
  });

  it('starts with a key frame, sound within 40 ms of it', () => {
    const [video, audio] = [packets('video')[0], packets('audio')[0]];
    expect(video?.flags).toContain('K');
    expect(Math.abs(Number(video?.pts_time) - Number(audio?.pts_time))).toBeLessThanOrEqual(0.04);
  });

  it('never goes back in time, and stays in step to the end', () => {
    for (const type of ['video', 'audio'] as const) {
      const times = packets(type).map((packet) => Number(packet.dts_time));
      expect(times.length).toBeGreaterThan(50);
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
    }
    const last = (type: Packet['codec_type']) => Number(packets(type).at(-1)?.dts_time);
    expect(Math.abs(last('video') - last('audio'))).toBeLessThan(0.2);
  });

  it('has no picture to give for a stream that is not live', async () => {
    const response = await fetch(`${server.url}/live/nothing.flv`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });
});
