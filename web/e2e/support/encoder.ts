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
}

const clock =
  "drawtext=text='%{pts\\:hms}':fontcolor=white:fontsize=40:x=(w-text_w)/2:y=h*0.16:box=1:boxcolor=black@0.3:boxborderw=12";

export class Encoder {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.on('data', (text: Buffer) => (this.output += text.toString()));
  }

  static start(rtmpUrl: string, kind: Partial<Kind> = {}): Encoder {
    const { width, height, video, audio, bframes }: Kind = { ...picture, video: true, audio: true, bframes: 0, ...kind };
    const { fps } = picture;
    const input = `gradients=size=${width}x${height}:rate=${fps}:nb_colors=4:c0=0x1d3557:c1=0xe8a87c:c2=0xc38d9e:c3=0x41506b:type=circular:speed=0.03`;
    return new Encoder(
      spawn(
        'ffmpeg',
        [
          ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-re'],
          ...['-f', 'lavfi', '-i', input, '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
          ...['-vf', clock, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
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
