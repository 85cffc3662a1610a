// ffmpeg as the encoder of a live: a moving picture with a burnt-in clock, and a tone.
import { spawn, type ChildProcess } from 'node:child_process';
import { until } from './until';

export const picture = { width: 540, height: 960, fps: 25 };

/** What an encoder may send otherwise than usual. */
export interface Kind {
  width: number;
  height: number;
  video: boolean;
  audio: boolean;
  bframes: number;
  /** Burns the number of each frame in, as clockBits blocks that a page can read (support/burnt-clock.ts). */
  numbered: boolean;
}

const clock =
  "drawtext=text='%{pts\\:hms}':fontcolor=white:fontsize=40:x=(w-text_w)/2:y=h*0.16:box=1:boxcolor=black@0.3:boxborderw=12";

export const clockBits = 20;
/** Of the picture's height. */
export const clockHeight = 1 / 16;

/** White and black blocks along the top edge, lowest bit first. */
function numberedFrames(width: number, height: number): string {
  const tall = Math.round(height * clockHeight);
  const wide = Math.floor(width / clockBits);
  const blocks = Array.from(
    { length: clockBits },
    (_, bit) => `drawbox=x=${bit * wide}:y=0:w=${wide}:h=${tall}:color=white:t=fill:enable='bitand(n\,${2 ** bit})'`,
  );
  return [`drawbox=x=0:y=0:w=iw:h=${tall}:color=black:t=fill`, ...blocks].join(',');
}

export class Encoder {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.on('data', (text: Buffer) => (this.output += text.toString()));
  }

  static start(rtmpUrl: string, kind: Partial<Kind> = {}): Encoder {
    const { width, height, video, audio, bframes, numbered }: Kind = {
      ...{ ...picture, video: true, audio: true, bframes: 0, numbered: false },
      ...kind,
    };
    const { fps } = picture;
    const input = `gradients=size=${width}x${height}:rate=${fps}:nb_colors=4:c0=0x1d3557:c1=0xe8a87c:c2=0xc38d9e:c3=0x41506b:type=circular:speed=0.03`;
    return new Encoder(
      spawn(
        'ffmpeg',
        [
          ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-re'],
          ...['-f', 'lavfi', '-i', input, '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
          ...['-vf', numbered ? `${clock},${numberedFrames(width, height)}` : clock, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
          ...(bframes > 0 ? ['-bf', String(bframes)] : ['-tune', 'zerolatency']),
          ...['-g', String(fps), '-b:v', '1200k', '-c:a', 'aac', '-b:a', '96k'],
          ...(video ? [] : ['-vn']),
          ...(audio ? [] : ['-an']),
          ...['-f', 'flv', rtmpUrl],
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      ),
    );
  }

  /** The exit status; for an encoder the server is expected to refuse. */
  async refused(): Promise<number> {
    await until(`ffmpeg refused (${this.output})`, () => this.child.exitCode !== null, 15_000);
    return this.child.exitCode ?? -1;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGKILL');
    await until('ffmpeg gone', () => this.child.exitCode !== null || this.child.signalCode !== null);
  }
}
