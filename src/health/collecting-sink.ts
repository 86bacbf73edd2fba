import type { AnswerSink } from '../domain/answer.ts';

/** A short conversation's answer is some hundred bytes. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/** Keeps an answer's bytes, for whoever asked to read them. */
export function collectingSink(): AnswerSink & { body(): Buffer } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    sawEvent: false,
    sawTokens: false,
    committed: false,
    usage: {},
    head: () => undefined,
    data(chunk) {
      size += chunk.length;
      if (size > ANSWER_BYTES_MAX) return { kind: 'not-api', detail: 'the answer is far too long' };
      chunks.push(chunk);
      return undefined;
    },
    end: () => (size === 0 ? { kind: 'empty' } : { kind: 'whole' }),
    body: () => Buffer.concat(chunks),
  };
}
