// An encoder that publishes Opus by Enhanced RTMP, which Debian's ffmpeg cannot: ffmpeg makes the sound, this sends it.
import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { until } from './until';

const run = promisify(execFile);
const packet_ms = 20;
const chunk_bytes = 128;

/** The packets of an Ogg file (RFC 3533): OpusHead, OpusTags, then sound. */
function oggPackets(file: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let open = Buffer.alloc(0);
  for (let page = 0; page < file.length; ) {
    const segments = file.readUInt8(page + 26);
    let at = page + 27 + segments;
    for (let segment = 0; segment < segments; segment += 1) {
      const size = file.readUInt8(page + 27 + segment);
      open = Buffer.concat([open, file.subarray(at, at + size)]);
      at += size;
      if (size === 255) continue;
      packets.push(open);
      open = Buffer.alloc(0);
    }
    page = at;
  }
  return packets;
}

const text = (value: string): Buffer => Buffer.from([2, value.length >> 8, value.length & 255, ...Buffer.from(value)]);

function number(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** One RTMP message in chunks: a whole header, then type 3. */
function message(type: number, stream: number, time_ms: number, body: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(4, 0);
  head.writeUIntBE(time_ms, 1, 3);
  head.writeUIntBE(body.length, 4, 3);
  head.writeUInt8(type, 7);
  head.writeUInt32LE(stream, 8);
  const parts: Buffer[] = [head];
  for (let at = 0; at < body.length; at += chunk_bytes) {
    if (at > 0) parts.push(Buffer.from([0xc4]));
    parts.push(body.subarray(at, at + chunk_bytes));
  }
  return Buffer.concat(parts);
}

const command = (stream: number, ...values: Buffer[]): Buffer => message(20, stream, 0, Buffer.concat(values));

const nothing = Buffer.from([5]);
const audio = (kind: number, data: Buffer): Buffer => Buffer.concat([Buffer.from([0x90 | kind]), Buffer.from('Opus'), data]);

export class OpusEncoder {
  private sent = 0;
  private readonly began_ms = Date.now();
  private readonly timer: ReturnType<typeof setInterval>;

  private constructor(
    private readonly socket: Socket,
    private readonly packets: Buffer[],
  ) {
    this.timer = setInterval(() => this.send(), packet_ms);
  }

  static async start(rtmpUrl: string, seconds: number): Promise<OpusEncoder> {
    const made = await run(
      'ffmpeg',
      [
        ...['-v', 'error', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', String(seconds)],
        ...['-ac', '2', '-c:a', 'libopus', '-frame_duration', String(packet_ms), '-f', 'ogg', '-'],
      ],
      { encoding: 'buffer' },
    );
    const [head, , ...packets] = oggPackets(made.stdout);
    const url = new URL(rtmpUrl.replace('rtmp:', 'http:'));
    const socket = connect(Number(url.port), url.hostname);
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    const app = Buffer.concat([Buffer.from([3, 0, 3]), Buffer.from('app'), text('live'), Buffer.from([0, 0, 9])]);
    const name = url.pathname.replace('/live/', '') + url.search;
    socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(2 * 1536)]));
    socket.write(command(0, text('connect'), number(1), app));
    socket.write(command(0, text('createStream'), number(2), nothing));
    socket.write(command(1, text('publish'), number(3), nothing, text(name), text('live')));
    await until('the server takes the stream', () => heard.includes('NetStream.Publish.Start'));
    socket.write(message(8, 1, 0, audio(0, head ?? Buffer.alloc(0))));
    return new OpusEncoder(socket, packets);
  }

  stop(): Promise<void> {
    clearInterval(this.timer);
    this.socket.destroy();
    return Promise.resolve();
  }

  private send(): void {
    for (; this.sent * packet_ms <= Date.now() - this.began_ms; this.sent += 1) {
      const packet = this.packets[this.sent];
      if (packet) this.socket.write(message(8, 1, this.sent * packet_ms, audio(1, packet)));
    }
  }
}
