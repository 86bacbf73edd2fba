import { createHash, timingSafeEqual } from 'node:crypto';
import type { ClientIdentity } from '../domain/request.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { ClientKey } from '../domain/settings.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Hashing costs 2 µs a request; clients present the same few keys again and again. */
const KNOWN_CREDENTIALS_MAX = 1000;
const known = new Map<string, Buffer>();

function digestOf(presented: string): Buffer {
  const cached = known.get(presented);
  if (cached) return cached;
  if (known.size >= KNOWN_CREDENTIALS_MAX) known.clear();
  const digest = sha256(presented);
  known.set(presented, digest);
  return digest;
}

/** The credentials a client presents: `x-api-key`, `authorization: Bearer`, or Azure's `api-key`. SDKs may send two. */
function presentedKeys(headers: Headers): string[] {
  const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
  return [headers['x-api-key'], bearer, headers['api-key']].filter(
    (key) => key !== undefined && key !== '',
  ) as string[];
}

/** Claude Code asks 11 times after a 401, but stops at a 403. */
const isClaudeCode = (headers: Headers) => /^claude-(cli|code)\b/i.test(headers['user-agent'] ?? '');

/** What was found for the credentials presented, by the keys in force: clients present the same few again and again. */
const found = new WeakMap<readonly ClientKey[], Map<string, Result<ClientIdentity, GatewayError>>>();

/**
 * Who asks? Without configured keys anyone on this machine may; with keys, one of them has to be presented.
 * Digests of equal length are compared, in constant time, all of them.
 */
export function authenticate(
  headers: Headers,
  keys: readonly ClientKey[],
): Result<ClientIdentity, GatewayError> {
  const presented = `${headers['x-api-key'] ?? ''}\n${headers.authorization ?? ''}\n${headers['api-key'] ?? ''}`;
  let known = found.get(keys);
  if (known === undefined) {
    known = new Map();
    found.set(keys, known);
  }
  const before = known.get(presented);
  if (before) return before;
  const identity = identify(headers, keys);
  // A refusal depends on who asks, too; and a stranger's guesses are not worth keeping.
  if (!identity.ok) return identity;
  if (known.size >= KNOWN_CREDENTIALS_MAX) known.clear();
  known.set(presented, identity);
  return identity;
}

function identify(headers: Headers, keys: readonly ClientKey[]): Result<ClientIdentity, GatewayError> {
  const presented = presentedKeys(headers).map(digestOf);
  const credentialOf = (digest: Buffer | undefined) => digest?.toString('hex', 0, 8) ?? '';
  if (keys.length === 0) return ok({ name: 'local', credential: credentialOf(presented[0]) });
  let match: { name: string; credential: string } | undefined;
  for (const digest of presented) {
    for (const { name, key } of keys) {
      if (timingSafeEqual(digest, digestOf(key))) match = { name, credential: credentialOf(digest) };
    }
  }
  if (match) return ok(match);
  return fail(gatewayError('bad_client_key', {}, { status: isClaudeCode(headers) ? 403 : 401 }));
}
