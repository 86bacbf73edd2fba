import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib';
import { maskKeys, redact } from '../telemetry/telemetry.ts';

/** Enough of an error body to see who made it and what it says. */
export const ERROR_BODY_BYTES = 16 * 1024;
const DECODED_BYTES = 256 * 1024;
const SAID_CHARS = 300;
/** A page's markup before its first words can be long; beyond this it is not looked at. */
const PAGE_CHARS = 8 * 1024;

/** The beginning of an error body, as its bytes come. */
export class ErrorBody {
  #parts: Buffer[] = [];
  #bytes = 0;

  get isFull(): boolean {
    return this.#bytes >= ERROR_BODY_BYTES;
  }

  add(chunk: Buffer): void {
    if (this.isFull) return;
    const part = chunk.subarray(0, ERROR_BODY_BYTES - this.#bytes);
    // A copy: the chunk is a view of a buffer that may be far larger.
    this.#parts.push(Buffer.from(part));
    this.#bytes += part.length;
  }

  /** As it came, decoded; undefined where its end is missing, or can't be decoded. */
  whole(encoding: string | undefined): Buffer | undefined {
    if (this.isFull) return undefined;
    const body = decoded(Buffer.concat(this.#parts), encoding?.trim().toLowerCase());
    return body.length === 0 ? undefined : body;
  }

  /** As text, decoded as far as it came. `encoding`: its `content-encoding`. */
  text(encoding: string | undefined): string {
    return decoded(Buffer.concat(this.#parts), encoding?.trim().toLowerCase()).toString('utf8');
  }
}

function decoded(body: Buffer, encoding: string | undefined): Buffer {
  // The body may be cut: what can be decoded of it is.
  const asFarAsItGoes = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: DECODED_BYTES };
  try {
    if (encoding === 'gzip') return gunzipSync(body, asFarAsItGoes);
    if (encoding === 'deflate') return inflateSync(body, asFarAsItGoes);
    if (encoding === 'br')
      return brotliDecompressSync(body, {
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
        maxOutputLength: DECODED_BYTES,
      });
  } catch {
    return NOTHING;
  }
  return encoding === undefined || encoding === 'identity' ? body : NOTHING;
}

const NOTHING = Buffer.alloc(0);

/**
 * The first line that means something: the message of a JSON error, as vendors, relays and RFC 9457 write it, a page's
 * title or first words, else the text's first line. Undefined where it says nothing. `secrets`: masked, as is whatever
 * looks like a key.
 */
export function saidIn(text: string, secrets: readonly string[]): string | undefined {
  const start = text.trimStart();
  const trimmed = /^(event|data):/.test(start) ? (/^data:[ \t]*(.*)$/m.exec(start)?.[1] ?? '') : start;
  const words = trimmed.startsWith('<') ? ofPage(trimmed) : (ofJson(trimmed) ?? firstLine(trimmed));
  return lineOf(words, secrets);
}

/** One line of at most 300 characters without secrets; undefined where nothing is left of it. */
export function lineOf(text: string, secrets: readonly string[]): string | undefined {
  // An upstream may send any character, and a terminal would obey some.
  const line = text
    .slice(0, DECODED_BYTES)
    .replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .trim();
  return maskKeys(redact(line, secrets)).slice(0, SAID_CHARS) || undefined;
}

const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? '';

function ofJson(text: string): string | undefined {
  if (!text.startsWith('{') && !text.startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return wordsOf(value, 0);
}

const MESSAGE_NAMES = ['message', 'detail', 'msg', 'error_description', 'title', 'errors'];

/** `type: message` of whatever kind of error object this is. */
function wordsOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return wordsOf(value[0], depth + 1);
  const object = value as Record<string, unknown>;
  const inner = wordsOf(object.error, depth + 1);
  if (inner !== undefined) return inner;
  const kind = kindOf(object);
  for (const name of MESSAGE_NAMES) {
    const message = wordsOf(object[name], depth + 1);
    if (message !== undefined) return kind === undefined ? message : `${kind}: ${message}`;
  }
  return kind;
}

const MAX_DEPTH = 3;

/** Anthropic's outer type is just "error", and RFC 9457's is the address of a document. */
function kindOf({ type, code }: Record<string, unknown>): string | undefined {
  return [type, code].find(
    (name): name is string =>
      typeof name === 'string' && name !== '' && name !== 'error' && !name.includes('://'),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  apos: "'",
  nbsp: ' ',
};

/** A page's title, else its first words. The patterns are bounded, so that no page makes them slow. */
function ofPage(text: string): string {
  const page = text.slice(0, PAGE_CHARS);
  const title = /<title[^>]{0,200}>([^<]{1,500})/i.exec(page)?.[1];
  const words = title?.trim()
    ? title
    : page.replace(/<(script|style)[\s\S]{0,4000}?<\/\1>/gi, ' ').replace(/<[^>]{0,500}>/g, ' ');
  return words.replace(/&(#?\w{2,6});/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
