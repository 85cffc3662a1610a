// What the page of streams lists: streams that run, and those that are to run, because a pull or a room names them.
import type { Pull, RoomSummary, Stream } from '@vitrine/sdk';

export interface StreamRow {
  name: string;
  /** Null: nobody publishes it, and its grace is over. */
  stream: Stream | null;
  pull: Pull | null;
  /** The room it is shown in. */
  room: string | null;
}

/** Live first, then those inside their grace, then the others; by name within each. */
export function streamRows(
  streams: readonly Stream[],
  pulls: readonly Pull[],
  rooms: readonly Pick<RoomSummary, 'room' | 'stream'>[],
): StreamRow[] {
  const rows = new Map<string, StreamRow>();
  const row = (name: string): StreamRow => {
    const found = rows.get(name) ?? { name, stream: null, pull: null, room: null };
    rows.set(name, found);
    return found;
  };
  for (const stream of streams) if (stream.state !== 'idle') row(stream.stream).stream = stream;
  for (const pull of pulls) row(pull.stream).pull = pull;
  for (const { room, stream } of rooms) row(stream).room = room;
  const rank = (one: StreamRow) => (one.stream?.state === 'live' ? 0 : one.stream ? 1 : 2);
  return [...rows.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export function bitrateText(kbps: number): string {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(2)} Mb/s` : `${Math.round(kbps)} kb/s`;
}

export function fpsText(fps: number): string {
  return `${fps.toFixed(fps % 1 ? 1 : 0)} fps`;
}

/** A dash before there is anything to measure. */
export function secondsText(ms: number): string {
  return ms > 0 ? `${(ms / 1000).toFixed(1)} s` : '—';
}

/** How far sound is ahead of picture: "+20 ms", "−1.5 s". Hours apart are two clocks, not a delay. */
export function offsetText(ms: number): string {
  const sign = ms > 0 ? '+' : ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size >= 3_600_000) return `${sign}>1 h`;
  return size < 1000 ? `${sign}${size} ms` : `${sign}${secondsText(size)}`;
}

/** What a publisher calls itself; of a pull, the server it pulls from. Empty when it does not say. */
export function clientText(from: NonNullable<Stream['publisher']>): string {
  return from.pull_id ? from.client.replace(/^pull /, '') : from.client;
}

/** "HTTP-FLV 12 · RTMP 1": only what somebody watches. */
export function protocolsText(sent: Stream['sent']): string {
  return sent
    .filter((one) => one.viewers > 0)
    .map((one) => `${one.protocol.toUpperCase()} ${one.viewers}`)
    .join(' · ');
}

/** Times slow viewers were taken ahead, over all protocols. */
export function skipsOf(sent: Stream['sent']): number {
  return sent.reduce((sum, one) => sum + one.skips, 0);
}
