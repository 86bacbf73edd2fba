import { type Document, isPair, isScalar, isSeq, parseDocument, type Scalar, visit } from 'yaml';
import { maskSecrets } from './redact.ts';

/** Where a secret stands in a configuration's text: offsets, and what kind of place that is. */
export interface SecretPlace {
  readonly from: number;
  readonly to: number;
  /** The whole of a value, or of a key, quotes included. */
  readonly whole: boolean;
  /** What is written there. */
  readonly source: string;
  /**
   * `value`: the whole value of a key that takes secrets. `comment`: in a comment, or in a text that is no YAML. Else
   * something that looks like a secret, with the key it stands at: `part of proxy`.
   */
  readonly kind: string;
}

/** Keys whose values are secrets, in the file's spelling and in others. */
const SECRET_KEY = /(?:^|[_-])(?:key|token|secret|password|passwd|authorization|cookie|webhook)$|^apikey$/i;
/** Keys that end like those and take names. */
const NO_SECRET_KEYS = new Set(['client_key']);
/** Parts of a URL: `user:password@`, and what follows `?` or `#`. */
const URL_PARTS = /(?<=:\/\/)[^/@\s"']+(?=@)|(?<=[?#])[^\s"']+/g;
const REFERENCE = /\$\{\w+\}/g;
/** What may stand before a reference and says nothing. */
const SCHEMES = /^\s*(?:bearer|basic|token)?\s*$/i;

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** `["clusters", "main", "endpoints", 0, "api_key"]`; a list's items have no name. */
function keysTo(path: readonly unknown[]): readonly string[] {
  return path.flatMap((step) => (isPair(step) ? [keyText(step.key)] : []));
}

/**
 * All places that hold secrets, in their order, without overlaps. References (`${NAME}`, `file:PATH`) are none. A
 * text that can't be parsed is read line by line as well, and rather too much of it is taken for a secret.
 */
export function secretPlaces(text: string): readonly SecretPlace[] {
  try {
    // Keys that stand twice are the parser's business: here the check would only cost.
    const options = { prettyErrors: false, logLevel: 'silent', merge: true, uniqueKeys: false } as const;
    return placesIn(text, parseDocument(text, options));
  } catch {
    // Nested too deeply.
    return suspects(text, 0, text.length);
  }
}

function placesIn(text: string, document: Document): readonly SecretPlace[] {
  const scalars: { from: number; to: number }[] = [];
  const secrets: SecretPlace[] = [];
  visit(document, {
    Scalar(role, node, path) {
      const [from, end] = node.range ?? [0, 0];
      const to = from + text.slice(from, end).trimEnd().length;
      if (to <= from) return;
      scalars.push({ from, to });
      const found: Found = { text, from, to, node, keys: keysTo(path), path };
      secrets.push(...(role === 'key' ? lookAt(found) : hiddenBy(found)));
    },
  });
  const elsewhere =
    document.errors.length > 0 ? suspects(text, 0, text.length) : suspectsInComments(text, scalars);
  return merged(text, [...secrets, ...elsewhere]);
}

interface Found {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly node: Scalar;
  readonly keys: readonly string[];
  readonly path: readonly unknown[];
}

function hiddenBy(found: Found): readonly SecretPlace[] {
  const { node, keys, path } = found;
  const last = keys.at(-1) ?? '';
  if (node.value === null || typeof node.value === 'boolean') return [];
  if (last === 'proxy' || last === 'base_url') return [...urlParts(found, last), ...lookAt(found)];
  if (!isSecretKey(keys, path)) return lookAt(found);
  return isReference(String(node.value)) ? [] : [wholeOf(found, 'value')];
}

const wholeOf = ({ text, from, to }: Found, kind: string): SecretPlace => ({
  from,
  to,
  whole: true,
  source: text.slice(from, to),
  kind,
});

function isSecretKey(keys: readonly string[], path: readonly unknown[]): boolean {
  const last = keys.at(-1) ?? '';
  if (NO_SECRET_KEYS.has(last)) return false;
  if (SECRET_KEY.test(last)) return true;
  // `headers` of an endpoint; those that a route looks for are secret by their names only.
  if (keys.at(-2) === 'headers') return !keys.includes('match');
  // A bare item of `auth.keys`.
  return last === 'keys' && isSeq(path.at(-1));
}

/** `${NAME}` or `file:PATH`: says where a secret is, not what it is. */
function isReference(value: string): boolean {
  if (value.trim() === '' || value.startsWith('file:')) return true;
  const rest = value.replace(REFERENCE, '');
  return rest !== value && SCHEMES.test(rest);
}

function urlParts({ text, from, to }: Found, key: string): SecretPlace[] {
  return [...text.slice(from, to).matchAll(URL_PARTS)]
    .filter(([part]) => !isReference(part))
    .map(({ 0: source, index }) => ({
      from: from + index,
      to: from + index + source.length,
      whole: false,
      source,
      kind: `part of ${key}`,
    }));
}

/** A value, or a key, that is no secret by its place but looks like one. */
function lookAt(found: Found): SecretPlace[] {
  const { value } = found.node;
  if (typeof value !== 'string' || isReference(value)) return [];
  const shown = value.replace(REFERENCE, '').replace(URL_PARTS, '');
  return maskSecrets(shown) === shown ? [] : [wholeOf(found, `value of ${found.keys.at(-1) ?? ''}`)];
}

/** Comments: what stands between scalars, from the first `#` of a line on. */
function suspectsInComments(
  text: string,
  scalars: readonly { readonly from: number; readonly to: number }[],
): SecretPlace[] {
  const found: SecretPlace[] = [];
  let at = 0;
  const sorted = [...scalars].sort((a, b) => a.from - b.from);
  for (const { from, to } of [...sorted, { from: text.length, to: text.length }]) {
    for (const { 0: comment, index } of text.slice(at, Math.max(at, from)).matchAll(/#[^\n]*/g)) {
      found.push(...suspects(text, at + index, at + index + comment.length));
    }
    at = Math.max(at, to);
  }
  return found;
}

/** Of each line of a stretch of text: from the first to the last character that `maskSecrets` would hide. */
function suspects(text: string, start: number, end: number): SecretPlace[] {
  const found: SecretPlace[] = [];
  for (const { 0: line, index } of text.slice(start, end).matchAll(/[^\r\n]+/g)) {
    const masked = maskSecrets(line);
    let first = 0;
    while (first < line.length && line[first] === masked[first]) first += 1;
    let after = line.length;
    while (after > first && line[after - 1] === masked[after - 1]) after -= 1;
    if (after <= first) continue;
    const from = start + index + first;
    const to = start + index + after;
    found.push({ from, to, whole: false, source: text.slice(from, to), kind: 'comment' });
  }
  return found;
}

/** In their order; of overlapping ones the union. */
function merged(text: string, places: readonly SecretPlace[]): readonly SecretPlace[] {
  const result: SecretPlace[] = [];
  for (const place of [...places].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const before = result.at(-1);
    if (before === undefined || place.from >= before.to) {
      result.push(place);
    } else if (place.to > before.to) {
      const source = text.slice(before.from, place.to);
      result[result.length - 1] = { ...before, to: place.to, source, whole: false };
    }
  }
  return result;
}
