import { createHash } from 'node:crypto';
import type { IdentifiedRequest } from '../domain/request.ts';
import { scanObject } from '../protocols/protocols.ts';

/** How an answer is delivered is not part of what is asked: a stream's repeat may come non-streaming. */
const NOT_PART = new Set(['stream', 'stream_options']);

/**
 * What makes two requests the same one: who asks, where, in which conversation, with which body. Costs a SHA-256 of
 * the body (about 1 ms a MB), so it is made only where there is something to compare with.
 */
export function fingerprintOf({ client, path, session, body, query }: IdentifiedRequest): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([client.name, client.credential, path, query, session ?? '']));
  const fields = scanObject(body);
  if (!fields.ok) return hash.update(body).digest('base64url');
  const sorted = fields.value
    .filter(({ key }) => !NOT_PART.has(key))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { key, start, end } of sorted) {
    hash.update(`\n${JSON.stringify(key)}:`);
    hash.update(body.subarray(start, end));
  }
  return hash.digest('base64url');
}

/** Cheap, and the same for requests with the same fingerprint: finds those worth comparing. */
export function shelfOf({ client, path, model }: IdentifiedRequest): string {
  return `${client.name} ${client.credential} ${path} ${model ?? ''}`;
}
