import { describe, expect, it } from 'vitest';
import type { Pull, Stream } from '@vitrine/sdk';
import { bitrateText, clientText, offsetText, secondsText, protocolsText, skipsOf, streamRows } from './stream-rows';

const stream = (name: string, state: Stream['state']) => ({ stream: name, state }) as Stream;
const pull = (name: string) => ({ stream: name }) as Pull;
const sent = [
  { protocol: 'http-flv', viewers: 12, bytes: 1, skips: 2 },
  { protocol: 'ws-flv', viewers: 0, bytes: 1, skips: 3 },
  { protocol: 'rtmp', viewers: 1, bytes: 1, skips: 0 },
];

describe('the rows of the page of streams', () => {
  it('put what is live first, and name each stream once', () => {
    const rows = streamRows(
      [stream('b', 'live'), stream('c', 'lost'), stream('a', 'live'), stream('gone', 'idle')],
      [pull('c'), pull('z')],
      [{ room: 'evening', stream: 'a' }],
    );
    expect(rows.map((row) => row.name)).toEqual(['a', 'b', 'c', 'z']);
    expect(rows[0]?.room).toBe('evening');
    expect(rows[2]?.pull?.stream).toBe('c');
    expect(rows[3]?.stream).toBeNull();
  });

  it('keep a room’s stream that nobody publishes', () => {
    expect(streamRows([], [], [{ room: 'quiet', stream: 'quiet' }])).toEqual([
      { name: 'quiet', stream: null, pull: null, room: 'quiet' },
    ]);
  });
});

describe('figures', () => {
  it('have a unit people read', () => {
    expect(bitrateText(640)).toBe('640 kb/s');
    expect(bitrateText(2310)).toBe('2.31 Mb/s');
    expect([0, 2000].map(secondsText)).toEqual(['—', '2.0 s']);
    expect([0, 20, -40, -1500, 3_600_000].map(offsetText)).toEqual(['0 ms', '+20 ms', '−40 ms', '−1.5 s', '+>1 h']);
  });

  it('name a pull by its server', () => {
    const from = (client: string, pull_id: string | null) => ({ client, pull_id }) as NonNullable<Stream['publisher']>;
    expect(clientText(from('pull http://origin:80', 'pul_1'))).toBe('http://origin:80');
    expect(clientText(from('OBS', null))).toBe('OBS');
  });

  it('name only protocols that are watched, and add up all skips', () => {
    expect(protocolsText(sent)).toBe('HTTP-FLV 12 · RTMP 1');
    expect(skipsOf(sent)).toBe(5);
  });
});
