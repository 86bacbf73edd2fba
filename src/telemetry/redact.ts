/** Shorter secrets would mask ordinary words. */
const SECRET_MIN_CHARS = 4;

const MASK = '***';

/**
 * What looks like a credential, wherever it stands: vendor key prefixes, authorization schemes, key headers
 * and query parameters (also JSON-escaped), user:password in a URL. The first group, where there is one, stays.
 */
const KEY_SHAPES: readonly RegExp[] = [
  /\b((?:sk|gsk|xai|hf|pplx|nvapi|ghp|glpat)[-_])[\w-]{6,}/g,
  /\b(AIza|AKIA)[\w-]{12,}/g,
  /\b((?:Bearer|Basic)\s+)[\w.~+/=-]{6,}/gi,
  /\b((?:x-api-key|x-goog-api-key|api[-_]?key|access[-_]token|(?:proxy-)?authorization)\\?["']?\s*[:=]\s*\\?["']?)(?!(?:Bearer|Basic)\b)[^\s"'\\,;&)}\]]+/gi,
  /([?&]key=)[^\s"'\\&]+/gi,
  /\b([a-z][a-z0-9+.-]{0,15}:\/\/)[^\s/@"'\\]+(?=@)/gi,
];

/** One cheap look decides whether the shapes above can match at all: most lines hold none. */
const MAY_HOLD_KEY =
  /sk[-_]|xai[-_]|hf_|pplx-|nvapi|ghp_|glpat|AIza|AKIA|bearer|basic|api|authorization|access|key=|@/i;

/** Masks what looks like a key, known or not. */
export function maskKeys(text: string): string {
  if (!MAY_HOLD_KEY.test(text)) return text;
  let masked = text;
  for (const shape of KEY_SHAPES) {
    masked = masked.replace(shape, (_match, kept: unknown) => (typeof kept === 'string' ? kept : '') + MASK);
  }
  return masked;
}

/** Masks the given secrets wherever they stand; the longest first, so that none leaves a tail of another. */
export function redact(text: string, secrets: readonly string[]): string {
  return redactor(secrets)(text);
}

/** `redact` for many texts: the pattern is built once. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const alternatives = [...new Set(secrets.flatMap(spellings))]
    .filter((secret) => secret.length >= SECRET_MIN_CHARS)
    .sort((a, b) => b.length - a.length)
    .map((secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (alternatives.length === 0) return (text) => text;
  const pattern = new RegExp(alternatives.join('|'), 'g');
  return (text) => text.replace(pattern, MASK);
}

/** As it is, as it stands in JSON, and as it stands in a URL. */
function spellings(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(Buffer.from(secret).toString())];
}
