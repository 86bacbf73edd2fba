import { SUM_COLUMNS } from './ledger-shares.ts';

const KEY = 'endpoint_id, hour, day, model, client, lost';
const SUMS = `exchanges, attempts, delivered, input_tokens, output_tokens, cost_micro_usd, unknown_cost, lost_micro_usd,
  lost_calls, saved_micro_usd, saved_calls`;

/**
 * Migration `2026-12-a-hours`, never changed once released. `exchange_shares` held what each exchange adds to the sums,
 * as two or more wide rows. It goes: hours are summed up as days are, what is left at the edges of a span is computed
 * from the rows themselves, and exchanges are found by the endpoint that they asked last; `asked_before` names the
 * others. `intents_read` says how far the segments of the intents file are in the database. A million rows take
 * some 15 s.
 */
export const HOURS: readonly string[] = [
  `create table intents_read (segment integer primary key, run text not null, offset integer not null)`,
  `create table ledger_hours (
     endpoint_id text not null, hour integer not null, day text not null, model text not null, client text not null,
     lost integer not null, ${SUM_COLUMNS.map((column) => `${column} real not null`).join(', ')},
     primary key (${KEY})) without rowid`,
  `insert into ledger_hours (${KEY}, ${SUMS})
     select endpoint_id, cast(started_at / 3600000 as integer) as hour, day, model, client, lost,
       ${SUMS.split(',').map((column) => `sum(${column.trim()})`)}
     from exchange_shares group by ${KEY}`,
  `create table asked_before (
     endpoint_id text not null, started_at real not null, exchange_id text not null,
     primary key (endpoint_id, started_at, exchange_id)) without rowid`,
  `insert or ignore into asked_before (endpoint_id, started_at, exchange_id)
     select attempts.endpoint_id, exchanges.started_at, exchanges.id
     from exchanges cross join attempts on attempts.exchange_id = exchanges.id
     where (exchanges.endpoint_id is null or coalesce(exchanges.attempt_count, 2) > 1)
       and attempts.endpoint_id is not exchanges.endpoint_id`,
  'drop table exchange_shares',
  `create index exchanges_by_endpoint on exchanges (endpoint_id, started_at, model, client)
     where endpoint_id is not null`,
  'alter table attempts add column model_answered text',
];
