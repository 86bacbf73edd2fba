import { SUM_COLUMNS } from './ledger-shares.ts';

/** What sums are kept by. */
export const SHARE_KEY = ['endpoint_id', 'hour', 'day', 'model', 'client', 'lost'];

const ABOUT = `cast(exchanges.started_at / 3600000 as integer) as hour, exchanges.day as day,
  coalesce(exchanges.model, '') as model, exchanges.client as client, exchanges.lost_calls > 0 as lost`;

/** Whole prompts: see `cachedTokens`. */
const prompt = (table: string) => `coalesce(${table}.input_tokens, 0) + case exchanges.protocol
  when 'anthropic-messages' then coalesce(${table}.cache_read_tokens, 0) + coalesce(${table}.cache_write_tokens, 0)
  else 0 end`;

/** `attemptLost` of an attempt that is closed. */
const LOST = `(asked.result is not null and asked.charge <> 'not-charged'
  and not (asked.result = 'answered' and exchanges.delivery in ('running', 'delivered'))
  and (asked.charge <> 'unknown' or asked.charge_risk in ('likely', 'certain')))`;

const LAST = 'max(asked.n) = (select max(n) from attempts where exchange_id = exchanges.id)';

const WHOLE_SUMS: readonly string[] = [
  '1',
  '(select count(*) from attempts where exchange_id = exchanges.id)',
  `exchanges.delivery = 'delivered'`,
  prompt('exchanges'),
  'coalesce(exchanges.output_tokens, 0)',
  'coalesce(exchanges.cost_micro_usd, 0)',
  `exchanges.cost_micro_usd is null and exchanges.charge <> 'not-charged' and exchanges.delivery <> 'running'`,
  'coalesce(exchanges.lost_micro_usd, 0)',
  'exchanges.lost_calls',
  'coalesce(exchanges.saved_micro_usd, 0)',
  'exchanges.saved_calls',
];

const closed = (value: string) => `sum(case when asked.result is null then 0 else ${value} end)`;

const ENDPOINT_SUMS: readonly string[] = [
  '1',
  'count(*)',
  `exchanges.delivery = 'delivered' and ${LAST}`,
  closed(prompt('asked')),
  closed('coalesce(asked.output_tokens, 0)'),
  closed('coalesce(asked.cost_micro_usd, 0)'),
  `exchanges.delivery <> 'running' and
     max(asked.result is not null and asked.charge <> 'not-charged' and asked.cost_micro_usd is null)`,
  `sum(case when ${LOST} then coalesce(asked.cost_micro_usd, 0) else 0 end)`,
  `sum(${LOST})`,
  `case when ${LAST} then coalesce(exchanges.saved_micro_usd, 0) else 0 end`,
  `case when ${LAST} then exchanges.saved_calls else 0 end`,
];

const named = (sums: readonly string[]) =>
  sums.map((sum, index) => `${sum} as ${SUM_COLUMNS[index]}`).join(', ');

/** What each exchange that fits `where` (a condition on `exchanges`) adds up to as a whole: see `sharesOf`. */
export const wholeSharesSql = (where: string): string =>
  `select '' as endpoint_id, ${ABOUT}, ${named(WHOLE_SUMS)} from exchanges where ${where}`;

/** The same for each endpoint that it asked. */
export const endpointSharesSql = (where: string): string =>
  `select asked.endpoint_id as endpoint_id, ${ABOUT}, ${named(ENDPOINT_SUMS)}
     from exchanges cross join attempts as asked on asked.exchange_id = exchanges.id
     where ${where} group by exchanges.rowid, asked.endpoint_id`;

/** `insert … on conflict` that adds to what is there; `from` gives the values: `values (…)` or a `select`. */
export function addSharesSql(table: string, key: readonly string[], from: string): string {
  const added = SUM_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ');
  return `insert into ${table} (${[...key, ...SUM_COLUMNS].join(', ')}) ${from}
    on conflict (${key.join(', ')}) do update set ${added}`;
}
