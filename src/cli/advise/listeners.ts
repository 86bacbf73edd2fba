import type { ExchangeRecord, LedgerEntry } from '../../domain/ledger.ts';
import type { Listener, Settings } from '../../domain/settings.ts';
import { evidenceFrom, flooredMs, spanText, steady } from './calls.ts';
import type { Advice, LostMoney } from './finding.ts';

/** Fewer clients that went may have gone by chance. */
const GONE = 3;
/** People give up after less than this; edges don't. */
const GONE_AFTER_MS = 20_000;
/** Share of longer requests that may have been waited for all the same. */
const STAYED_SHARE = 0.1;
/** Silences that edges and clients are known to cut at. */
const KNOWN_MS = [30_000, 55_000, 60_000, 100_000, 120_000, 125_000, 180_000, 300_000];

/** Advice on edges between clients and listeners that the config does not know of. */
export function adviceOnListeners(entries: readonly LedgerEntry[], settings: Settings): readonly Advice[] {
  return settings.listen.flatMap((listener, index) => {
    if (listener.edge?.silenceMs !== undefined) return [];
    // A stream shows signs of life after 30 s anyway; an answer in one piece shows none.
    const whole = entries
      .map(({ exchange }) => exchange)
      .filter(
        ({ operation, stream, endedAt, listener: name }) =>
          operation === 'generate' && !stream && endedAt !== undefined && name === listener.name,
      );
    const found = goneWhenDone(whole) ?? goneAtOnce(whole, listener, settings);
    return found ? [adviceFor(listener, index, found)] : [];
  });
}

interface Found {
  readonly gone: readonly ExchangeRecord[];
  readonly times: readonly number[];
  readonly silenceMs: number;
}

const durationOf = ({ startedAt, endedAt = startedAt }: ExchangeRecord): number => endedAt - startedAt;

/**
 * Exchanges that outlived their clients: those that took longer than some time all did, those that took less did not.
 * When a client went is not on record, only that it was gone at the end: the edge lies between the two.
 */
function goneWhenDone(exchanges: readonly ExchangeRecord[]): Found | undefined {
  const gone = exchanges.filter(
    (one) => (one.delivery === 'undelivered' || one.joined > 0) && durationOf(one) >= GONE_AFTER_MS,
  );
  if (gone.length < GONE) return undefined;
  const soonest = Math.min(...gone.map(durationOf));
  const stayed = exchanges.filter(({ delivery, joined }) => delivery === 'delivered' && joined === 0);
  const longer = stayed.filter((one) => durationOf(one) > soonest);
  if (longer.length > STAYED_SHARE * gone.length) return undefined;
  const atLeast = Math.max(0, ...stayed.map(durationOf).filter((ms) => ms <= soonest));
  const silenceMs = KNOWN_MS.find((ms) => ms >= atLeast && ms <= soonest) ?? flooredMs(soonest);
  return { gone, times: gone.map(durationOf), silenceMs };
}

/** Where exchanges end with their clients: they went after a steady time. */
function goneAtOnce(
  exchanges: readonly ExchangeRecord[],
  listener: Listener,
  { disconnect }: Settings,
): Found | undefined {
  const { policy, graceMs } = disconnect;
  const waited = (listener.onDisconnect ?? policy) === 'auto' ? graceMs : 0;
  const wentAfter = (one: ExchangeRecord): number => durationOf(one) - waited;
  const left = exchanges.filter((one) => one.delivery === 'left' && wentAfter(one) >= GONE_AFTER_MS);
  const gone = steady(left, wentAfter, GONE);
  if (!gone[0]) return undefined;
  return { gone, times: gone.map(wentAfter), silenceMs: flooredMs(wentAfter(gone[0])) };
}

function adviceFor({ name, host, port }: Listener, index: number, { gone, times, silenceMs }: Found): Advice {
  const edge = { silence: spanText(silenceMs) };
  return {
    kind: 'listener',
    about: { listener: name, silenceMs },
    evidence: evidenceFrom(gone, times),
    lost: lostOf(gone),
    change: { kind: 'listener', index, host, port, edge },
  };
}

function lostOf(exchanges: readonly ExchangeRecord[]): LostMoney {
  const lost = exchanges.filter(({ lostCalls }) => lostCalls > 0);
  return {
    calls: lost.reduce((sum, { lostCalls }) => sum + lostCalls, 0),
    microUsd: lost.reduce((sum, { lostMicroUsd }) => sum + (lostMicroUsd ?? 0), 0),
    unknown: lost.reduce(
      (sum, { lostCalls, lostMicroUsd }) => sum + (lostMicroUsd === undefined ? lostCalls : 0),
      0,
    ),
  };
}
