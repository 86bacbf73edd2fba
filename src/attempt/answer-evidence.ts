import type { AnswerHead } from '../domain/answer.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { VendorWords } from '../domain/outcome.ts';
import { shownHeaders } from '../telemetry/telemetry.ts';
import { type ErrorBody, lineOf, saidIn } from './error-body.ts';

/** An upstream may repeat what it was sent: the key, and whatever else was configured for it. */
const secretsOf = ({ apiKey, headers }: Endpoint): readonly string[] => [apiKey, ...Object.values(headers)];

/** Its headers for people, without secrets. */
export function headersOf(
  head: AnswerHead | undefined,
  endpoint: Endpoint,
): Readonly<Record<string, string>> | undefined {
  return head && shownHeaders(head.headers, { credentials: 'drop', secrets: secretsOf(endpoint) });
}

/** What a body says in one line; `body`: its beginning, as text. */
export const saidOf = (body: string | undefined, endpoint: Endpoint): string | undefined =>
  body === undefined ? undefined : saidIn(body, secretsOf(endpoint));

/** An upstream's words as one line for people. */
export const wordsOf = (text: string, endpoint: Endpoint): string => lineOf(text, secretsOf(endpoint)) ?? '';

/** A refusal for its client to read, unless it is not whole, or repeats what only the endpoint may know. */
export function vendorWordsOf(
  head: AnswerHead,
  errorBody: ErrorBody | undefined,
  endpoint: Endpoint,
): VendorWords | undefined {
  const body = errorBody?.whole(head.header('content-encoding'));
  if (body === undefined) return undefined;
  if (secretsOf(endpoint).some((secret) => secret !== '' && body.includes(secret))) return undefined;
  return { contentType: head.header('content-type') ?? 'application/json', body };
}
