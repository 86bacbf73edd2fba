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

/** A part of each of the shapes above, in lower case: a look that minds no case costs three times as much. */
const PART_OF_KEY =
  /(?:sk|xai|hf|pplx|nvapi|ghp|glpat)[-_]|a(?:iza|kia)|(?:bearer|basic)\s|api[-_]?key|access[-_]token|authorization|[?&]key=|@/;

/** One cheap look decides whether the shapes can match at all: most lines hold none. */
const mayHoldKey = (text: string): boolean => PART_OF_KEY.test(text.toLowerCase());

/** Masks what looks like a key, known or not. */
export function maskKeys(text: string): string {
  if (!mayHoldKey(text)) return text;
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

/** `redact` for many texts: the patterns are built once. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const patterns = patternsOf(secrets);
  if (patterns.length === 0) return (text) => text;
  return (text) => {
    let masked = text;
    for (const pattern of patterns) masked = masked.replace(pattern, MASK);
    return masked;
  };
}

/** Masks known secrets, and what looks like a key. */
export interface Masker {
  mask(text: string): string;
  /** False: nothing in it would be masked. */
  mayHold(text: string): boolean;
}

export function createMasker(secrets: readonly string[]): Masker {
  const patterns = patternsOf(secrets);
  const redactSecrets = redactor(secrets);
  return {
    mask: (text) => maskKeys(redactSecrets(text)),
    mayHold: (text) => mayHoldKey(text) || patterns.some((pattern) => text.search(pattern) !== -1),
  };
}

/** What a pattern looks for is no longer: a longer secret is masked piece by piece. */
const PIECE_CHARS = 256;
/** Of one pattern: what is larger by far is refused by the engine. */
const PATTERN_CHARS = 16_384;

/**
 * The first `most` characters of a text, masked. What is cut off may begin within a secret: hence the end of what was
 * looked at is not shown. Costs as much as `most`, not as the text.
 */
export function maskedStart(text: string, most: number, mask: (text: string) => string): string {
  if (text.length <= most + PIECE_CHARS) return mask(text).slice(0, most);
  const masked = mask(text.slice(0, most + PIECE_CHARS));
  return masked.slice(0, Math.min(most, Math.max(0, masked.length - PIECE_CHARS)));
}

/** The secrets in all their spellings, as few patterns as the engine takes. */
function patternsOf(secrets: readonly string[]): RegExp[] {
  const alternatives = [...new Set(secrets.flatMap(spellings).flatMap(pieces))]
    .filter((secret) => secret.length >= SECRET_MIN_CHARS)
    .sort((a, b) => b.length - a.length)
    .map((secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const patterns: RegExp[] = [];
  let from = 0;
  for (let to = 0, chars = 0; to < alternatives.length; to += 1) {
    chars += alternatives[to]!.length;
    if (chars < PATTERN_CHARS && to < alternatives.length - 1) continue;
    patterns.push(new RegExp(alternatives.slice(from, to + 1).join('|'), 'g'));
    from = to + 1;
    chars = 0;
  }
  return patterns;
}

/** As it is, as it stands in JSON, and as it stands in a URL. */
function spellings(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(Buffer.from(secret).toString())];
}

/** Parts of about the same length, so that none is too short to be masked. */
function pieces(secret: string): string[] {
  const count = Math.ceil(secret.length / PIECE_CHARS);
  const size = Math.ceil(secret.length / Math.max(1, count));
  return Array.from({ length: count }, (_, index) => secret.slice(index * size, (index + 1) * size));
}
