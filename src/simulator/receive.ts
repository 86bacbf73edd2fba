import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 64 * 1_048_576;

/** Where a request's path leads, matched on its end, so that any prefix works. */
export type Place =
  | { readonly kind: 'messages' | 'count-tokens' | 'chat' | 'responses' | 'models' | 'control' | 'hello' }
  | { readonly kind: 'model'; readonly model: string }
  | { readonly kind: 'unknown' };

const ENDS: readonly (readonly [RegExp, Exclude<Place['kind'], 'model' | 'unknown'>])[] = [
  [/^\/__sim__\//, 'control'],
  [/\/v1\/messages$/, 'messages'],
  [/\/v1\/messages\/count_tokens$/, 'count-tokens'],
  [/\/v1\/chat\/completions$/, 'chat'],
  [/\/v1\/responses$/, 'responses'],
  [/\/v1\/models$/, 'models'],
  [/\/api\/hello$/, 'hello'],
  [/\/$/, 'hello'],
];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param path without the query */
export function placeOf(path: string): Place {
  for (const [end, kind] of ENDS) if (end.test(path)) return { kind };
  const model = /\/v1\/models\/(.+)$/.exec(path)?.[1];
  return model === undefined ? { kind: 'unknown' } : { kind: 'model', model: decoded(model) };
}

/** The credential: x-api-key, else Bearer; empty where there is none. */
export function credentialOf(request: IncomingMessage): string {
  const key = request.headers['x-api-key'];
  if (typeof key === 'string' && key !== '') return key;
  return /^Bearer\s+(\S+)/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Headers with repeated ones joined. */
export function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

/** Collects a body and calls `onBody` with it, or with `undefined` once it is over 64 MiB; not at all if the client leaves. */
export function readBody(request: IncomingMessage, onBody: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  request.on('data', (chunk: Buffer) => {
    if (over) return;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      over = true;
      chunks.length = 0;
      onBody(undefined);
    } else chunks.push(chunk);
  });
  request.on('end', () => {
    if (over) return;
    const only = chunks.length === 1 ? chunks[0] : undefined;
    onBody(only ?? Buffer.concat(chunks, size));
  });
  request.on('error', () => {
    over = true;
  });
}
