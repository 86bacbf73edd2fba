import { maskedStart, maskKeys, redactor } from './redact.ts';

/** Bounds of what is shown of one message's headers. */
const HEADERS_MAX = 40;
const VALUE_CHARS_MAX = 200;
const NAME_CHARS_MAX = 100;

const CREDENTIAL_NAMES = new Set(['authorization', 'proxy-authorization', 'token', 'apikey', 'api-key']);

/** Names that end like a credential's and hold none. */
const HARMLESS_NAMES = new Set(['idempotency-key', 'sec-websocket-key', 'surrogate-key', 'cache-key']);

/** Counters of tokens, not tokens. */
const LIMIT_NAME = /rate-?limit/;

const CREDENTIAL_SHAPES =
  /(^|[-_])(authorization|auth|cookie2?|secret|password|passwd|pwd|credentials?|signature|jwt|cert|key|apikey|token)$|(^|[-_])(cookie|secret|password|jwt|authorization)([-_]|$)|api[-_]?key|auth[-_]?token/;

/** Whether a header is there to carry a credential. `name`: lower case. */
export function isCredentialHeader(name: string): boolean {
  if (CREDENTIAL_NAMES.has(name)) return true;
  return !HARMLESS_NAMES.has(name) && !LIMIT_NAME.test(name) && CREDENTIAL_SHAPES.test(name);
}

/** What explains a failure, and must not fall to the bound. */
const TELLING_NAME =
  /rate-?limit|retry|request-id|^server$|^via$|^cf-|^content-type$|timeout|^user-agent$|x-qcc-/;

export interface ShownHeadersOptions {
  /** Headers that carry credentials: left out, or shown as `***`. */
  readonly credentials: 'drop' | 'mask';
  /** Secrets that are known, whatever they look like; masked in every value. */
  readonly secrets: readonly string[];
}

/**
 * A message's headers for people: at most 40, values of at most 200 characters, without what is or looks like a
 * credential. What a dropped or masked header held is masked in the others too. `headers`: lower-case names. Costs as
 * much as what is shown, however long values are.
 */
export function shownHeaders(
  headers: Readonly<Record<string, string>>,
  { credentials, secrets }: ShownHeadersOptions,
): Record<string, string> {
  const names = Object.keys(headers);
  const secret = new Set(names.filter(isCredentialHeader));
  const mask = maskOf(secrets, credentialsIn(headers, secret));
  const chosen = names.length <= HEADERS_MAX ? names : tellingFirst(names).slice(0, HEADERS_MAX);
  const shown: Record<string, string> = {};
  for (const name of chosen) {
    if (secret.has(name) && credentials === 'drop') continue;
    const value = secret.has(name) ? '***' : maskedStart(headers[name] ?? '', VALUE_CHARS_MAX, mask);
    shown[name.slice(0, NAME_CHARS_MAX)] = value;
  }
  return shown;
}

/** Shorter ones would mask ordinary words. */
const SECRET_CHARS_MIN = 8;
/** Of all credentials of a message, counted twice where they have a scheme. No client has more; who sends more may choose them so that looking takes long. */
const CREDENTIAL_CHARS_MAX = 16_384;

/** Where there is more than can be looked for, no value is shown. */
function maskOf(known: readonly string[], held: readonly string[]): (text: string) => string {
  if (held.reduce((chars, { length }) => chars + length, 0) > CREDENTIAL_CHARS_MAX) return () => '***';
  const redact = redactor([...known, ...held].filter(({ length }) => length >= SECRET_CHARS_MIN));
  return (text) => maskKeys(redact(text));
}

/** Each value, and what follows its scheme: `Bearer abc` holds `abc`. */
function credentialsIn(headers: Readonly<Record<string, string>>, names: ReadonlySet<string>): string[] {
  const held: string[] = [];
  for (const name of names) {
    const value = headers[name] ?? '';
    held.push(value);
    const space = value.indexOf(' ');
    if (space !== -1) held.push(value.slice(space + 1));
  }
  return held;
}

const tellingFirst = (names: readonly string[]): string[] => [
  ...names.filter((name) => TELLING_NAME.test(name)),
  ...names.filter((name) => !TELLING_NAME.test(name)),
];
