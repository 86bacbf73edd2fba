import type { Protocol } from '../domain/protocol.ts';
import { createFieldReader } from './field-reader.ts';
import { FORMATS } from './formats.ts';
import { bufferOf, scanObject } from './json-scan.ts';
import { parseObject } from './json-value.ts';
import type { WholeAnswer } from './wire-format.ts';

/** A text is asked for only of short answers, such as verifications. */
const MAX_TEXT_BODY_BYTES = 1024 * 1024;

const START_BYTES = 64;

/** What JSON takes for space. */
const BLANKS: readonly number[] = [0x20, 0x0a, 0x0d, 0x09];

/** What a body that is no JSON object seems to be. */
function describe(start: string, problem: string): string {
  if (start.startsWith('<')) return 'an HTML page';
  if (/^(?:event|data|id|retry)?:/.test(start)) return 'an event stream, though none was asked for';
  return `not a JSON object: ${problem}`;
}

/**
 * Judges a whole answer that came under a 200, without parsing it whole. Blanks alone, which upstreams send to keep
 * a connection open, are `empty`. It does not judge the content: a Message without blocks is an answer.
 */
export function readAnswer(protocol: Protocol, body: Uint8Array): WholeAnswer {
  const scanned = scanObject(body);
  if (scanned.ok) return FORMATS[protocol].readAnswer(createFieldReader(body, scanned.value));
  const bytes = bufferOf(body);
  const first = bytes.findIndex((byte) => !BLANKS.includes(byte));
  if (first === -1) return { kind: 'empty' };
  // trimStart drops a byte order mark.
  const start = bytes.toString('utf8', first, first + START_BYTES).trimStart();
  return { kind: 'not-api', detail: describe(start, scanned.error.detail) };
}

/** The text of a non-streamed answer; undefined where it is no JSON object or larger than 1 MiB. */
export function answerText(protocol: Protocol, body: Uint8Array): string | undefined {
  if (body.length > MAX_TEXT_BODY_BYTES) return undefined;
  const answer = parseObject(bufferOf(body).toString('utf8'));
  return answer && FORMATS[protocol].answerText(answer);
}
