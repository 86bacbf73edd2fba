import type { Protocol } from '../domain/protocol.ts';
import { FORMATS } from './formats.ts';
import type { Turn } from './wire-format.ts';

/** A 6-character code takes up to 6 tokens; the rest is for a polite sentence. Responses takes no less than 16. */
const MAX_TOKENS = 20;

/**
 * The request that proves that a model answers: a short conversation that can only be gone on with by who read it.
 *
 * @param code what the answer's text must contain
 * @returns the path, with `/v1`, and a non-streaming body
 */
export function verificationCall(
  protocol: Protocol,
  model: string,
  code: string,
): { path: string; body: Buffer } {
  const turns: readonly Turn[] = [
    { role: 'user', content: 'I will give you a short code. Please repeat it and write nothing else.' },
    { role: 'assistant', content: 'Understood. What is the code?' },
    { role: 'user', content: `The code is ${code}` },
  ];
  const format = FORMATS[protocol];
  return {
    path: format.generatePath,
    body: Buffer.from(JSON.stringify(format.verification(model, turns, MAX_TOKENS))),
  };
}
