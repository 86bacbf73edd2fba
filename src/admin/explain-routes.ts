import { type Answer, badRequest, type Call, done, failure } from './answer.ts';

/** A pasted page is some KB. */
const MAX_PAGE_BYTES = 256 * 1024;

/** `GET ledger/ID/explanation?language=`: what happened to one exchange, running ones included. */
export async function explanation({ ports, name, language }: Call): Promise<Answer> {
  const found = await ports.explanation(name, language);
  return found ? done(found) : failure(404, 'unknown_exchange', `The ledger has no exchange "${name}".`);
}

/** `POST explain {text}`: what a pasted text is, a log line, an id, or somebody's error page. */
export async function explainPage({ ports, body, language }: Call): Promise<Answer> {
  const read = await body(MAX_PAGE_BYTES);
  if (!read.ok) return read.error;
  const { text } = read.value;
  if (typeof text !== 'string' || text.trim() === '') return badRequest('expected {"text": "..."}');
  return done(await ports.explainPage(text, language));
}
