import { STATUS_CODES } from 'node:http';

/** Longest head that is put together by hand; a longer one is Node's business. */
const HEAD_CHARS_MAX = 32 * 1024;

/** What a header's value may hold (RFC 9110, section 5.5); anything else could end it and begin another one. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** RFC 9110, section 5.6.2. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Names that were looked at. Upstreams and we use a few dozen, each in its own spelling. */
const NAMES_MAX = 500;
const names = new Map<string, NameKind>();

type NameKind = 'plain' | 'date' | 'content-length' | 'framing' | 'invalid';

function kindOf(name: string): NameKind {
  const known = names.get(name);
  if (known) return known;
  const kind = NAME.test(name) ? kindOfToken(name.toLowerCase()) : 'invalid';
  if (names.size < NAMES_MAX) names.set(name, kind);
  return kind;
}

function kindOfToken(lower: string): NameKind {
  if (lower === 'date' || lower === 'content-length') return lower;
  const isFraming = lower === 'connection' || lower === 'transfer-encoding' || lower === 'keep-alive';
  return isFraming || lower === 'trailer' || lower === 'upgrade' ? 'framing' : 'plain';
}

let dateSecond = 0;
let dateLine = '';

/** Made once a second (RFC 9110, section 6.6.1). */
function dateHeader(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

/** The head of an answer as it goes out, and whether its body comes in chunks. */
export interface FramedHead {
  readonly text: string;
  readonly isChunked: boolean;
}

/**
 * Puts a head for a connection that stays open together, as Node would. Undefined where it takes more than that: a status
 * without a body, a header of the hop's own, a value that must not be written.
 */
export function framedHead(
  status: number,
  headers: readonly string[],
  keepAliveS: number,
  lengthBytes?: number,
): FramedHead | undefined {
  if (status < 200 || status === 204 || status === 304) return undefined;
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  let hasDate = false;
  let hasLength = lengthBytes !== undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    const kind = kindOf(name);
    if (kind === 'invalid' || kind === 'framing' || !VALUE.test(value)) return undefined;
    if (kind === 'date') hasDate = true;
    if (kind === 'content-length') {
      if (hasLength) return undefined;
      hasLength = true;
    }
    text += `${name}: ${value}\r\n`;
  }
  if (lengthBytes !== undefined) text += `content-length: ${lengthBytes}\r\n`;
  if (!hasDate) text += dateHeader();
  text += `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveS}\r\n`;
  text += hasLength ? '\r\n' : 'Transfer-Encoding: chunked\r\n\r\n';
  return text.length > HEAD_CHARS_MAX ? undefined : { text, isChunked: !hasLength };
}

const LAST_CHUNK = '0\r\n\r\n';

/**
 * Head, body bytes and end as the bytes of one write; the pieces of the body become one chunk. About one copy of the body:
 * for small writes, which most are, that is cheaper than handing the system several buffers.
 */
export function framed(
  head: string,
  pieces: readonly Uint8Array[],
  bodyBytes: number,
  isChunked: boolean,
  isLast: boolean,
): Buffer {
  const size = isChunked && bodyBytes > 0 ? `${bodyBytes.toString(16)}\r\n` : '';
  const tail = (size === '' ? '' : '\r\n') + (isChunked && isLast ? LAST_CHUNK : '');
  const bytes = Buffer.allocUnsafe(head.length + size.length + bodyBytes + tail.length);
  let at = bytes.write(head, 0, 'latin1');
  at += bytes.write(size, at, 'latin1');
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  bytes.write(tail, at, 'latin1');
  return bytes;
}
