import type { AnswerHead } from '../domain/answer.ts';

/** An answer's head as undici gives it: name, value, name, value…, as text or bytes. */
export function headOf(status: number, raw: readonly (Buffer | string)[]): AnswerHead {
  const rawHeaders = raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status, rawHeaders, headers };
}
