import type { AnswerHead } from '../domain/answer.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { shownHeaders } from '../telemetry/telemetry.ts';
import { lineOf, saidIn } from './error-body.ts';

/** What is kept of an answer that was none. */
interface AnswerEvidence {
  readonly headers?: Readonly<Record<string, string>>;
  readonly said?: string;
}

const NONE: AnswerEvidence = {};

/** An upstream may repeat what it was sent: the key, and whatever else was configured for it. */
const secretsOf = ({ apiKey, headers }: Endpoint): readonly string[] => [apiKey, ...Object.values(headers)];

export function headersOf(head: AnswerHead | undefined, endpoint: Endpoint): AnswerEvidence {
  if (!head) return NONE;
  return { headers: shownHeaders(head.headers, { credentials: 'drop', secrets: secretsOf(endpoint) }) };
}

/** `body`: its beginning, as text. */
export function saidOf(body: string | undefined, endpoint: Endpoint): AnswerEvidence {
  const said = body === undefined ? undefined : saidIn(body, secretsOf(endpoint));
  return said === undefined ? NONE : { said };
}

/** An upstream's words as one line for people. */
export const wordsOf = (text: string, endpoint: Endpoint): string => lineOf(text, secretsOf(endpoint)) ?? '';
