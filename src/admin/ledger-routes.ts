import type { LedgerGrouping, LedgerQuery } from '../domain/ledger.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Answer, badRequest, type Call, done, failure, wholeNumber } from './answer.ts';

const GROUPINGS: readonly LedgerGrouping[] = ['model', 'endpoint', 'client', 'day'];

const ROWS = 50;
const MAX_ROWS = 10_000;
const POINTS = 1_000;
const MAX_POINTS = 5_000;
/** With their attempts each costs a read of its own. */
const MAX_ENTRIES = 1_000;
/** Reads under way at once. */
const READS = 32;

/**
 * `GET ledger?since=&until=&model=&endpoint=&client=&lost=true&failed=true&slow=&cause=&limit=&attempts=true`; instants
 * are ms, `slow` is the least duration in ms.
 */
export async function ledgerList({ ports, query }: Call): Promise<Answer> {
  const about = aboutOf(query);
  if (!about.ok) return badRequest(about.error);
  const asked = wholeNumber(query.get('limit') ?? String(ROWS), 1);
  if (asked === undefined) return badRequest('limit must be a whole number from 1 on');
  const whole = query.get('attempts') === 'true';
  const limit = Math.min(asked, whole ? MAX_ENTRIES : MAX_ROWS);
  const exchanges = await ports.ledgerList({ ...about.value, limit });
  if (!whole) return done(exchanges);
  const entries: unknown[] = [];
  for (let from = 0; from < exchanges.length; from += READS) {
    const some = exchanges.slice(from, from + READS);
    const read = await Promise.all(some.map(({ id }) => ports.ledgerExchange(id)));
    entries.push(...read.filter((entry) => entry !== undefined));
  }
  return done(entries);
}

/** `GET ledger/summary?by=`, and what the list takes, but for its limit. */
export async function ledgerSummary({ ports, query }: Call): Promise<Answer> {
  const about = aboutOf(query);
  if (!about.ok) return badRequest(about.error);
  const by = query.get('by');
  const grouping = GROUPINGS.find((one) => one === by);
  if (by !== null && grouping === undefined) return badRequest(`by must be one of ${GROUPINGS.join(', ')}`);
  return done(await ports.ledgerSummary(about.value, grouping));
}

/** `GET ledger/points?`, with what the list takes: exchanges as points of a chart. */
export async function ledgerPoints({ ports, query }: Call): Promise<Answer> {
  const about = aboutOf(query);
  if (!about.ok) return badRequest(about.error);
  const limit = wholeNumber(query.get('limit') ?? String(POINTS), 1);
  if (limit === undefined) return badRequest('limit must be a whole number from 1 on');
  return done(await ports.ledgerPoints({ ...about.value, limit: Math.min(limit, MAX_POINTS) }));
}

/** `GET ledger/ID`: one exchange with its attempts. */
export async function ledgerEntry({ ports, name }: Call): Promise<Answer> {
  const entry = await ports.ledgerExchange(name);
  return entry ? done(entry) : failure(404, 'unknown_exchange', `The ledger has no exchange "${name}".`);
}

/** Which exchanges are meant; what is wrong with a word comes back as a sentence. */
function aboutOf(query: URLSearchParams): Result<Omit<LedgerQuery, 'limit'>, string> {
  const about: { -readonly [Name in keyof LedgerQuery]?: LedgerQuery[Name] } = {};
  for (const name of ['since', 'until'] as const) {
    const given = query.get(name);
    if (given === null) continue;
    const at = wholeNumber(given, 0);
    if (at === undefined) return fail(`${name} must be an instant in milliseconds since the epoch`);
    about[name] = at;
  }
  const slowMs = query.get('slow') === null ? undefined : wholeNumber(query.get('slow') ?? '', 0);
  if (query.get('slow') !== null && slowMs === undefined) return fail('slow must be whole milliseconds');
  const [model, client, endpointId, cause] = ['model', 'client', 'endpoint', 'cause'].map((name) =>
    query.get(name),
  );
  return ok({
    ...about,
    ...(typeof model === 'string' ? { model } : {}),
    ...(typeof client === 'string' ? { client } : {}),
    ...(typeof endpointId === 'string' ? { endpointId } : {}),
    ...(typeof cause === 'string' ? { cause } : {}),
    ...(slowMs === undefined ? {} : { slowMs }),
    ...(query.get('lost') === 'true' ? { lost: true } : {}),
    ...(query.get('failed') === 'true' ? { failed: true } : {}),
  });
}
