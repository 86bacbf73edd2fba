import { createHash } from 'node:crypto';
import { type Body, sliceOf, unwrapped } from '../domain/body.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import { fieldValue, type JsonField, scanObject } from '../protocols/protocols.ts';

/** How an answer is delivered is not part of what is asked: a stream's repeat may come non-streaming. */
const NOT_PART = new Set(['stream', 'stream_options']);

/**
 * Claude Code asks again without streaming after a broken stream, and lowers what would take too long without one: at
 * most so many tokens in all, one less of them for thinking (seen in 2.1.330). It is the same question.
 */
const NON_STREAMING_TOKENS = 64_000;

/**
 * What makes two requests the same one: who asks, where, in which conversation, with which body. Costs a SHA-256 of
 * the body (about 1 ms a MB), so it is made only where there is something to compare with.
 */
export function fingerprintOf({ client, path, session, body, query }: IdentifiedRequest): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([client.name, client.credential, path, query, session ?? '']));
  const fields = scanObject(unwrapped(body));
  if (!fields.ok) {
    for (const piece of body.pieces) hash.update(piece);
    return hash.digest('base64url');
  }
  const sorted = fields.value
    .filter(({ key }) => !NOT_PART.has(key))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const field of sorted) {
    hash.update(`\n${JSON.stringify(field.key)}:`);
    const lower = capped(body, fields.value, field);
    if (lower !== undefined) hash.update(lower);
    else for (const view of sliceOf(body, field.start, field.end)) hash.update(view);
  }
  return hash.digest('base64url');
}

/** A field that a repeat may have lowered, as it would then be; undefined: any other field. */
function capped(body: Body, fields: readonly JsonField[], { key }: JsonField): string | undefined {
  if (key === 'max_tokens') return lowered(fieldValue(body, fields, key), NON_STREAMING_TOKENS);
  if (key !== 'thinking') return undefined;
  const thinking = fieldValue(body, fields, key);
  if (typeof thinking !== 'object' || thinking === null || !('budget_tokens' in thinking)) return undefined;
  const budget = lowered(thinking.budget_tokens, NON_STREAMING_TOKENS - 1);
  return budget && JSON.stringify({ ...thinking, budget_tokens: Number(budget) });
}

const lowered = (value: unknown, most: number): string | undefined =>
  typeof value === 'number' ? String(Math.min(value, most)) : undefined;

/** Cheap, and the same for requests with the same fingerprint: finds those worth comparing. */
export function shelfOf({ client, path, model }: IdentifiedRequest): string {
  return `${client.name} ${client.credential} ${path} ${model ?? ''}`;
}
