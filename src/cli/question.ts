import type { CliPorts } from './ports.ts';

/** What somebody wants explained. */
export type Question =
  /** Nothing was said: the newest request that went wrong. */
  | { readonly kind: 'newest' }
  /** The text holds one id; `text` is absent where it is nothing else. */
  | { readonly kind: 'id'; readonly id: string; readonly text?: string }
  /** One word that may be the beginning or the end of an id. */
  | { readonly kind: 'part'; readonly word: string }
  /** A page, log lines, an error message. */
  | { readonly kind: 'text'; readonly text: string };

/** As the gateway makes them; earlier versions made shorter ones. */
const ID = /(?<![\w-])req-[0-9a-hjkmnp-tv-z]{11,13}(?![\w-])/gi;
const PART = /^(?:req-[0-9a-hjkmnp-tv-z]{1,13}|[0-9a-hjkmnp-tv-z]{4,13})$/i;

/** The admin API takes no longer questions, as JSON. */
const MAX_BODY_BYTES = 256 * 1024;

/** What a text asks for. */
export function questionOf(text: string): Question {
  const said = text.trim();
  if (said === '') return { kind: 'newest' };
  const ids = new Set([...said.matchAll(ID)].map(([id]) => id.toLowerCase()));
  const [id] = ids;
  if (id !== undefined && ids.size === 1) {
    return said.toLowerCase() === id ? { kind: 'id', id } : { kind: 'id', id, text: bounded(said) };
  }
  if (PART.test(said)) return { kind: 'part', word: said.toLowerCase() };
  return { kind: 'text', text: bounded(said) };
}

/** As much of a text's beginning as the admin API takes. What JSON has to escape is longer there: up to six times. */
function bounded(text: string): string {
  let kept = text.slice(0, MAX_BODY_BYTES);
  while (Buffer.byteLength(JSON.stringify({ text: kept })) > MAX_BODY_BYTES) {
    kept = kept.slice(0, Math.floor(kept.length * 0.9));
  }
  return kept;
}

/** Standard input to its end, or to the bound. */
export async function readInput({ stdin }: CliPorts): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stdin ?? process.stdin) {
    parts.push(Buffer.from(part));
    bytes += part.length;
    if (bytes >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8');
}
