import { connect } from '../../src/storage/sqlite-driver.ts';
import { openStore } from '../../src/storage/storage.ts';
import type { SimulatedCall } from './call-book.ts';

/** A row of the ledger's attempts, with whose it was. */
interface AttemptRow {
  readonly exchange_id: string;
  readonly client: string;
  /** Its exchange's. */
  readonly delivery: string;
  readonly endpoint_id: string;
  readonly started_at: number;
  readonly sent_ms: number | null;
  readonly total_ms: number;
  readonly result: string;
  readonly status: number | null;
  readonly phase: string | null;
  readonly charge: 'charged' | 'estimated' | 'unknown' | 'not-charged';
  readonly charge_risk: string;
  readonly detail: string | null;
}

/** The simulators' count against the ledger's, call by call. */
export interface Reckoning {
  readonly problems: readonly string[];
  readonly lines: readonly string[];
}

/** @param endpointIds by the endpoint's credential */
export async function reckon(
  file: string,
  calls: readonly SimulatedCall[],
  endpointIds: ReadonlyMap<string, string>,
): Promise<Reckoning> {
  const database = await connect(file);
  const attempts = database
    .prepare(
      `select a.*, e.client, e.delivery from attempts a join exchanges e on e.id = a.exchange_id order by a.started_at, a.n`,
    )
    .all() as AttemptRow[];
  const deliveries = database
    .prepare(
      'select delivery, count(*) n, sum(lost_calls) lost, sum(saved_calls) saved from exchanges group by 1',
    )
    .all() as { delivery: string; n: number; lost: number; saved: number }[];
  database.close();
  const { pairs, strayCalls, strayAttempts } = paired(calls, attempts, endpointIds);
  const problems = [
    ...strayCalls.map((call) => `a call that is in no ledger: ${told(call)}`),
    ...strayAttempts.map((row) => `an attempt no simulator saw: ${JSON.stringify(row)}`),
    ...pairs.flatMap(contradiction),
    ...deliveries
      .filter(({ delivery }) => delivery === 'running')
      .map(({ n }) => `${n} exchanges still running`),
  ];
  return { problems, lines: [...deliveries.map(deliveryLine), ...equation(pairs, attempts)] };
}

/** The ledger's sums, which are kept beside its rows, against the rows: something counted twice stands in one of them. */
export async function sumsAgainstRows(file: string): Promise<Reckoning> {
  const opened = await openStore(file);
  if (!opened.ok) return { problems: [opened.error.detail], lines: [] };
  const [sums] = await opened.value.ledgerSummary({});
  await opened.value.close();
  const database = await connect(file);
  const rows = database
    .prepare(
      `select (select count(*) from exchanges) exchanges, (select count(*) from attempts) attempts,
         (select coalesce(sum(lost_calls), 0) from exchanges) lostCalls,
         (select coalesce(sum(cost_micro_usd), 0) from exchanges) costMicroUsd,
         (select count(*) from (select 1 from attempts group by exchange_id, n having count(*) > 1)) twice`,
    )
    .get() as Record<'exchanges' | 'attempts' | 'lostCalls' | 'costMicroUsd' | 'twice', number>;
  database.close();
  const names = ['exchanges', 'attempts', 'lostCalls', 'costMicroUsd'] as const;
  const problems = names
    .filter((name) => (sums?.[name] ?? 0) !== rows[name])
    .map((name) => `the sums say ${sums?.[name]} ${name}, the rows ${rows[name]}`);
  if (rows.twice > 0) problems.push(`${rows.twice} attempts stand twice`);
  return { problems, lines: [`sums: ${names.map((name) => `${rows[name]} ${name}`).join(', ')}`] };
}

const told = (call: SimulatedCall): string =>
  JSON.stringify({ ...call, script: { ...call.script, text: undefined } });

const deliveryLine = ({
  delivery,
  n,
  lost,
  saved,
}: {
  delivery: string;
  n: number;
  lost: number;
  saved: number;
}) => `ledger: ${n} exchanges ${delivery}; ${lost} calls lost, ${saved} saved`;

interface Pair {
  readonly call: SimulatedCall;
  readonly row: AttemptRow;
}

/** Calls of one client, or the gateway's own, at one endpoint, with the attempts there, both in their order. */
function paired(
  calls: readonly SimulatedCall[],
  attempts: readonly AttemptRow[],
  endpointIds: ReadonlyMap<string, string>,
) {
  const waiting = new Map<string, SimulatedCall[]>();
  for (const call of calls) {
    const key = `${call.client} ${endpointIds.get(call.endpointKey)}`;
    const before = waiting.get(key) ?? [];
    waiting.set(key, before);
    before.push(call);
  }
  const pairs: Pair[] = [];
  const strayAttempts: AttemptRow[] = [];
  // Those that were surely sent come first: the others may have left no call.
  const inOrder = [...attempts.filter(surelySent), ...attempts.filter((row) => !surelySent(row))];
  for (const row of inOrder) {
    const mine = waiting.get(`${row.client} ${row.endpoint_id}`) ?? [];
    const call = wasResent(row) ? takeOf(mine, row, brokeOff) : takeOf(mine, row);
    if (call) pairs.push({ call, row });
    else if (wasSent(row) && !wasResent(row) && !killedAtOnce(row)) strayAttempts.push(row);
  }
  return { pairs: untangled(pairs), strayCalls: [...waiting.values()].flat(), strayAttempts };
}

const surelySent = ({ sent_ms }: AttemptRow): boolean => sent_ms !== null;

/** Clocks of two processes on one machine differ by a millisecond or two. */
const CLOCK_MS = 5;
/** A busy simulator reads a call late, perhaps when the gateway has given it up. */
const LATE_MS = 3_000;

const mayBe = (row: AttemptRow, { at }: SimulatedCall): boolean =>
  at >= row.started_at - CLOCK_MS && at <= row.started_at + row.total_ms + LATE_MS;

/** The first of `calls` that may be `row`'s, if it is one to be kept. */
function takeOf(
  calls: SimulatedCall[],
  row: AttemptRow,
  keep: (call: SimulatedCall) => boolean = () => true,
): SimulatedCall | undefined {
  const found = calls.findIndex((call) => mayBe(row, call));
  const call = calls[found];
  if (call === undefined || !keep(call)) return undefined;
  calls.splice(found, 1);
  return call;
}

/**
 * Where a client had two calls under way at one endpoint at a time, one after leaving the other, they may have
 * arrived in either order: two such pairs are exchanged if that, and only that, makes both true.
 */
function untangled(pairs: readonly Pair[]): Pair[] {
  const all = [...pairs];
  for (const [i, one] of all.entries()) {
    if (contradiction(one).length === 0) continue;
    const other = all.findIndex((two) => exchangeable(one, two));
    const two = all[other];
    if (two === undefined) continue;
    all[i] = { row: one.row, call: two.call };
    all[other] = { row: two.row, call: one.call };
  }
  return all;
}

function exchangeable(one: Pair, two: Pair): boolean {
  const sameLine = one.row.client === two.row.client && one.row.endpoint_id === two.row.endpoint_id;
  if (!sameLine || !mayBe(one.row, two.call) || !mayBe(two.row, one.call)) return false;
  const exchanged = [
    { row: one.row, call: two.call },
    { row: two.row, call: one.call },
  ];
  return exchanged.every((pair) => contradiction(pair).length === 0);
}

/** It broke on a used connection: the connection was stale, or the upstream had read the call and broke it off. */
const wasResent = ({ detail }: AttemptRow): boolean => detail?.endsWith('sent anew') ?? false;
const brokeOff = ({ script }: SimulatedCall): boolean => script?.reset !== undefined;

/** An attempt that ended before its request was out may have arrived all the same, or not. */
const wasSent = ({ sent_ms, phase, result }: AttemptRow): boolean =>
  !(result === 'cancelled' && (sent_ms === null || phase === 'send')) &&
  !['dns', 'connect', 'tls'].includes(phase ?? '');

/** The gateway was killed between the row, which comes first, and the call: whether there was one, nobody knows. */
const killedAtOnce = ({ delivery, sent_ms, charge }: AttemptRow): boolean =>
  delivery === 'unknown' && sent_ms === null && charge === 'unknown';

/** What the ledger claims of a call, and the simulator denies. `unknown` claims nothing. */
function contradiction({ call, row }: Pair): string[] {
  const claims = row.charge === 'charged' || row.charge === 'estimated';
  const denied =
    (row.charge === 'not-charged' && call.charged) || (claims && !onlyPromptSeen(row) && !call.charged);
  return denied ? [`the ledger says ${row.charge}: ${JSON.stringify(row)}; ${told(call)}`] : [];
}

/** The upstream had counted the prompt as it broke off before any content: the simulator charges nothing for that. */
const onlyPromptSeen = ({ charge, charge_risk }: AttemptRow): boolean =>
  charge === 'charged' && charge_risk !== 'certain';

function equation(pairs: readonly Pair[], attempts: readonly AttemptRow[]): string[] {
  const count = (keep: (pair: Pair) => boolean) => pairs.filter(keep).length;
  const of = (charge: AttemptRow['charge']) => count(({ row }) => row.charge === charge);
  const charged = count(({ call }) => call.charged);
  const promptOnly = count(({ row, call }) => onlyPromptSeen(row) && !call.charged);
  const unknown = pairs.filter(({ row }) => row.charge === 'unknown');
  const unknownCharged = unknown.filter(({ call }) => call.charged).length;
  const sum = of('charged') + of('estimated') - promptOnly + unknownCharged;
  return [
    `calls: ${pairs.length} at the simulators = ${pairs.length} attempts in the ledger (${attempts.length - pairs.length} more never got there)`,
    'charged at the simulators = charged + estimated − prompt only + those unknown that were charged',
    `${charged} ${charged === sum ? '=' : '≠'} ${of('charged')} + ${of('estimated')} − ${promptOnly} + ${unknownCharged}`,
    `unknown: ${unknown.length}, of which charged ${unknownCharged}; not charged: ${of('not-charged')}`,
    ...unknownByResult(unknown),
  ];
}

function unknownByResult(unknown: readonly Pair[]): string[] {
  const byResult = new Map<string, [number, number]>();
  for (const { row, call } of unknown) {
    const name = `${row.result}${row.status === null ? '' : ` ${row.status}`}, ${row.charge_risk}`;
    const [all, charged] = byResult.get(name) ?? [0, 0];
    byResult.set(name, [all + 1, charged + (call.charged ? 1 : 0)]);
  }
  return [...byResult].map(
    ([name, [all, charged]]) => `  unknown, ${name}: ${all}, of which charged ${charged}`,
  );
}
