import type { AnswerHead, AnswerSink, Verdict } from '../domain/answer.ts';
import type { Usage } from '../domain/usage.ts';

/** A short conversation's answer is some hundred bytes. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/** What a whole body under a 200 is, by the protocol it was asked in. */
export type AnswerReading =
  | { readonly kind: 'answer'; readonly usage: Usage; readonly model?: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'not-api'; readonly detail: string }
  | { readonly kind: 'error'; readonly type: string; readonly message: string };

/** Keeps the bytes of an answer that is not streamed, for whoever asked to read them, and says what it cost. */
export class CollectingSink implements AnswerSink {
  readonly sawEvent = false;
  readonly committed = false;
  sawTokens = false;
  usage: Usage = {};
  model: string | undefined = undefined;
  readonly #read: (body: Buffer) => AnswerReading;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;

  constructor(read: (body: Buffer) => AnswerReading) {
    this.#read = read;
  }

  get body(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  head({ status }: AnswerHead): void {
    this.#status = status;
  }

  data(chunk: Buffer): Verdict | undefined {
    this.#size += chunk.length;
    if (this.#size > ANSWER_BYTES_MAX) return { kind: 'not-api', detail: 'the answer is far too long' };
    this.#chunks.push(chunk);
    return undefined;
  }

  end(): Verdict {
    if (this.#size === 0) return { kind: 'empty' };
    if (this.#status >= 300) return { kind: 'whole' };
    const reading = this.#read(this.body);
    switch (reading.kind) {
      case 'answer':
        this.usage = reading.usage;
        this.model = reading.model;
        return { kind: 'whole' };
      case 'error':
        return { kind: 'stream-error', type: reading.type, detail: reading.message };
      default:
        return reading;
    }
  }
}
