import { ApiError, localProblem } from './api-error';
import type { AckEvent, ChatLine, ErrorEvent, HeldEvent } from './events';

/** Said, or waiting for a moderator. */
export type ChatAnswer = AckEvent | HeldEvent;

interface Waiting {
  ref: string;
  text: string;
  queued_ms: number;
  sent: boolean;
  resolve: (answer: ChatAnswer) => void;
  reject: (error: ApiError) => void;
}

const waitingMax = 20;
const waitMax_ms = 60_000;

/**
 * Chat on its way out. A line waits here until the server acknowledged or refused it; without a
 * connection it waits for the next one. A line whose answer was lost is sent again with the same ref,
 * unless it has meanwhile come back in the room as our own.
 */
export class ChatQueue {
  private waiting: Waiting[] = [];

  constructor(
    private readonly transmit: (ref: string, text: string) => boolean,
    private readonly now: () => number,
    private readonly makeRef: () => string,
  ) {}

  /** Rejects with the server's refusal, `rooms.queue_full`, or `network.unreachable` after a minute. */
  add(text: string): Promise<ChatAnswer> {
    if (this.waiting.length >= waitingMax) {
      return Promise.reject(localProblem('rooms.queue_full', 'too many lines are waiting to be sent'));
    }
    return new Promise((resolve, reject) => {
      const line = { ref: this.makeRef(), text, queued_ms: this.now(), sent: false, resolve, reject };
      this.waiting.push(line);
      line.sent = this.transmit(line.ref, line.text);
    });
  }

  /** Sends what has no answer yet; call when the connection is up and the missed events are in. */
  flush(): void {
    this.expire();
    for (const line of this.waiting) line.sent = this.transmit(line.ref, line.text);
  }

  answered(answer: ChatAnswer | ErrorEvent): void {
    const line = this.take((waiting) => waiting.ref === answer.ref);
    if (!line) return;
    if (answer.kind !== 'error') {
      line.resolve(answer);
      return;
    }
    const { slug, detail, retry_after_ms } = answer;
    line.reject(new ApiError({ type: 'about:blank', title: slug, status: 409, slug, detail, retry_after_ms }));
  }

  /** Our own line seen in the room: it has arrived, whether or not its answer does. */
  seen(event: ChatLine): void {
    this.take((waiting) => waiting.sent && waiting.text === event.text)?.resolve({
      kind: 'ack',
      ref: '',
      id: event.id,
    });
  }

  expire(): void {
    const oldest_ms = this.now() - waitMax_ms;
    for (const line of this.waiting.filter((waiting) => waiting.queued_ms < oldest_ms)) reject(line);
    this.waiting = this.waiting.filter((waiting) => waiting.queued_ms >= oldest_ms);
  }

  close(): void {
    for (const line of this.waiting) reject(line);
    this.waiting = [];
  }

  private take(wanted: (line: Waiting) => boolean): Waiting | undefined {
    const at = this.waiting.findIndex(wanted);
    return at < 0 ? undefined : this.waiting.splice(at, 1)[0];
  }
}

function reject(line: Waiting): void {
  line.reject(localProblem('network.unreachable', 'the line was not delivered'));
}
