// The real program on a data directory of its own, on free ports.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from './until';

const program = resolve(process.env.VITRINE_BIN ?? join(import.meta.dirname, '../../../build/release/vitrine'));

export interface Ports {
  pid: number;
  http: number;
  rtmp: number;
  rtc: number;
  ops: number;
}

export class Server {
  private child: ChildProcess | null = null;
  private output = '';
  private ports: Ports | null = null;

  private constructor(
    private readonly folder: string,
    private readonly settings: Record<string, string>,
  ) {}

  /** Starts on an empty data directory; `settings` are environment variables of its configuration. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'vitrine-e2e-')), settings);
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.known().http}`;
  }

  /** The one-time link `vitrine serve` prints on its first start. */
  ownerLink(): Promise<string> {
    return until(
      'the owner link on standard output',
      () => /https?:\/\/\S+\/console\/claim\?token=\S+/.exec(this.output)?.[0],
    );
  }

  /** What it has written so far, for the message of a test that fails. */
  log(): string {
    return this.output.slice(-4_000);
  }

  /** Power loss for the process: nothing is told, nothing is flushed. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts again on the same data and the same ports, so that open pages find it. */
  async restart(): Promise<void> {
    await this.run();
  }

  async stop(): Promise<void> {
    if (this.child) await this.end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  private known(): Ports {
    if (!this.ports) throw new Error('the server has not started');
    return this.ports;
  }

  private async run(): Promise<void> {
    const readyFile = join(this.folder, 'ready.json');
    await rm(readyFile, { force: true });
    const port = (name: keyof Ports) => String(this.ports?.[name] ?? 0);
    // Another VITRINE_* of this shell (VITRINE_BIN itself) would be an unknown configuration key.
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('VITRINE_')),
    );
    const child = spawn(
      program,
      [
        'serve',
        ...['--data', join(this.folder, 'data')],
        ...[
          '--http-port',
          port('http'),
          '--rtmp-port',
          port('rtmp'),
          '--rtc-port',
          port('rtc'),
          '--ops-port',
          port('ops'),
        ],
        ...['--ready-file', readyFile],
      ],
      {
        // A script types faster than a person: the chat pace has tests of its own.
        env: { ...environment, VITRINE_PAYMENTS_SANDBOX: 'true', VITRINE_ROOMS_CHAT_BURST: '100', ...this.settings },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child = child;
    const keep = (text: Buffer) => (this.output += text.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.ports = await until(
      `${program} ready`,
      async () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${this.log()}`);
        return JSON.parse(await readFile(readyFile, 'utf8')) as Ports;
      },
      20_000,
    );
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await until(`the server gone after ${signal}`, () => child.exitCode !== null || child.signalCode !== null, 10_000);
  }
}
