import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isLoopback } from './config-step.ts';
import { inWords, rounded } from './figures.ts';
import { type Complaint, type Finding, type Step, skipped, type Visit, withComplaints } from './step.ts';
import type { Say } from './texts.ts';

/** What asking for a name's addresses gave. */
export interface DnsMeasured {
  readonly host: string;
  /** As programs here get them, hosts file included, in the order they are tried. */
  readonly addresses: readonly string[];
  readonly lookupMs: number;
  /** Why there are none: `ENOTFOUND`, `EAI_AGAIN`, `ETIMEDOUT`. */
  readonly code?: string;
  /** What the name servers themselves say; absent where they did not answer. */
  readonly served?: readonly string[];
}

const LOOKUP_MS = 10_000;
const SERVER_MS = 3_000;
const SLOW_LOOKUP_MS = 1_000;

/** Given out by local proxies that take all traffic over (RFC 2544's test range). */
const isFake = (address: string): boolean => /^198\.1[89]\./.test(address);

export function judgeDns(measured: DnsMeasured, say: Say): Finding {
  const { host, addresses, lookupMs, code, served } = measured;
  const data = {
    addresses,
    lookupMs: rounded(lookupMs),
    ...(code ? { code } : {}),
    ...(served ? { served } : {}),
  };
  if (addresses.length === 0) {
    const unknown = code === 'ENOTFOUND' || code === 'ENODATA';
    const what = say(unknown ? 'hostUnknown' : 'hostNotResolved', { host, code: code ?? '–' });
    const fix = say(unknown ? 'hostUnknownFix' : 'hostNotResolvedFix');
    return { status: 'bad', summary: what, data, complaints: [{ severity: 'bad', what, fix }] };
  }
  const complaints: Complaint[] = [];
  if (lookupMs > SLOW_LOOKUP_MS) {
    complaints.push({
      severity: 'warning',
      what: say('dnsSlow', { host, time: inWords(lookupMs) }),
      fix: say('dnsSlowFix'),
    });
  }
  const details = addresses.map((address) => `${address} (IPv${isIP(address)})`);
  if (addresses.some(isFake)) details.push(say('fakeAddress'));
  else if (served !== undefined && !addresses.some((one) => served.includes(one)))
    details.push(say('fromHosts'));
  const summary =
    complaints[0]?.what ?? say('dnsFine', { host, count: addresses.length, time: inWords(lookupMs) });
  return withComplaints(complaints, { summary, details, data });
}

async function measure({ host, ports, signal }: Visit): Promise<DnsMeasured> {
  const startedAt = ports.clock.now();
  const resolver = new Resolver({ timeout: SERVER_MS, tries: 1 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel);
  const [looked, served] = await Promise.all([
    lookedUp(host, ports, signal),
    Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]),
  ]);
  signal.removeEventListener('abort', cancel);
  const answers = served.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const { addresses, endedAt, code } = looked;
  return {
    host,
    addresses,
    lookupMs: endedAt - startedAt,
    ...(code === undefined ? {} : { code }),
    ...(answers.length > 0 ? { served: answers } : {}),
  };
}

interface LookedUp {
  readonly addresses: readonly string[];
  readonly endedAt: number;
  readonly code?: string;
}

/** The system's resolver can't be told to hurry; it is left behind where it takes too long. */
function lookedUp(host: string, { clock }: Visit['ports'], signal: AbortSignal): Promise<LookedUp> {
  return new Promise((resolve) => {
    const end = (addresses: readonly string[], code?: string) => {
      timer.cancel();
      signal.removeEventListener('abort', stop);
      resolve({ addresses, endedAt: clock.now(), ...(code === undefined ? {} : { code }) });
    };
    const timer = clock.timer(LOOKUP_MS, () => end([], 'ETIMEDOUT'));
    const stop = () => end([], 'ABORTED');
    signal.addEventListener('abort', stop);
    lookup(host, { all: true }).then(
      (found) => end(found.map(({ address }) => address)),
      (error: NodeJS.ErrnoException) => end([], error.code ?? 'UNKNOWN'),
    );
  });
}

export const dnsStep: Step = {
  name: 'dns',
  needs: ['config'],
  async look(visit) {
    const { host, endpoint, say } = visit;
    if (endpoint.proxy !== undefined) return skipped(say('dnsByProxy'));
    if (isIP(host) !== 0) return skipped(say('dnsIsAddress', { host }));
    if (isLoopback(host)) return skipped(say('dnsIsLocal', { host }));
    return judgeDns(await measure(visit), say);
  },
};
