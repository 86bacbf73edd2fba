import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { inWords, median, rounded, SLOW_MS } from './figures.ts';
import { type Complaint, type Finding, type Step, skipped, type Visit, withComplaints } from './step.ts';
import type { Say } from './texts.ts';

/** Tries at one address: the times of those that came through, the codes of those that did not. */
export interface AddressTries {
  readonly address: string;
  readonly times: readonly number[];
  readonly failures: readonly string[];
}

const TRIES = 5;
const ADDRESSES_MAX = 4;
const TRY_MS = 3_000;

/** Codes of an address family that this machine or its network does not have: nothing is wrong with the endpoint. */
const NO_WAY = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EHOSTUNREACH']);

const isAway = ({ address, times, failures }: AddressTries): boolean =>
  times.length === 0 &&
  isIP(address) === 6 &&
  // A server of this machine need not listen on both.
  (address === '::1' || failures.every((code) => NO_WAY.has(code)));

function lineOf({ address, times, failures }: AddressTries, say: Say): string {
  const middle = median(times);
  if (middle === undefined) return say('tcpAddressDead', { address, code: failures[0] ?? '–' });
  const words = {
    address,
    min: inWords(Math.min(...times)),
    median: inWords(middle),
    max: inWords(Math.max(...times)),
  };
  return say('tcpAddress', { ...words, lost: failures.length, tries: times.length + failures.length });
}

function noneConnects(tries: readonly AddressTries[], port: number, say: Say): Complaint {
  const codes = tries.flatMap(({ failures }) => failures);
  const where = tries.map(({ address }) => `${address}:${port}`).join(', ');
  if (codes.length > 0 && codes.every((code) => code === 'ECONNREFUSED')) {
    return { severity: 'bad', what: say('tcpRefused', { where }), fix: say('tcpRefusedFix', { port }) };
  }
  const code = codes.find((one) => one !== 'ECONNREFUSED') ?? '–';
  return { severity: 'bad', what: say('tcpDead', { where, code }), fix: say('tcpDeadFix') };
}

export function judgeTcp(tries: readonly AddressTries[], port: number, say: Say): Finding {
  const details = tries.map((one) =>
    isAway(one) ? say('tcpNoIpv6', { address: one.address }) : lineOf(one, say),
  );
  const middle = median(tries.flatMap(({ times }) => times));
  const data = { port, addresses: tries.map((one) => ({ ...one, times: one.times.map(rounded) })) };
  if (middle === undefined) {
    const complaint = noneConnects(tries, port, say);
    return { status: 'bad', summary: complaint.what, details, data, complaints: [complaint] };
  }
  const counted = tries.filter(({ times }) => times.length > 0);
  const dead = tries.filter((one) => one.times.length === 0 && !isAway(one));
  const lost = counted.reduce((sum, { failures }) => sum + failures.length, 0);
  const all = counted.reduce((sum, { times, failures }) => sum + times.length + failures.length, 0);
  const complaints: Complaint[] = [];
  if (middle > SLOW_MS) {
    const what = say('tcpSlow', { time: inWords(middle), limit: inWords(SLOW_MS) });
    complaints.push({ severity: 'warning', what, fix: say('slowWayFix') });
  }
  if (lost > 0) {
    const what = say('tcpLoss', { lost, tries: all });
    complaints.push({ severity: 'warning', what, fix: say('tcpLossFix') });
  }
  if (dead.length > 0) {
    const what = say('tcpSomeDead', { addresses: dead.map(({ address }) => address).join(', ') });
    complaints.push({ severity: 'warning', what, fix: say('tcpSomeDeadFix') });
  }
  const summary = complaints[0]?.what ?? say('tcpFine', { time: inWords(middle), lost, tries: all });
  return withComplaints(complaints, { summary, details, data: { ...data, medianMs: rounded(middle) } });
}

async function tryAddress(visit: Visit, address: string): Promise<AddressTries> {
  const times: number[] = [];
  const failures: string[] = [];
  for (let i = 0; i < TRIES && !visit.signal.aborted; i += 1) {
    const result = await tryOnce(visit, address);
    if (typeof result === 'number') times.push(result);
    else failures.push(result);
    // An address that is silent twice in a row from the start stays so.
    if (times.length === 0 && failures.length >= 2 && result === 'ETIMEDOUT') break;
  }
  return { address, times, failures };
}

/** Ms until the connection stood, or the code of why it did not. */
function tryOnce({ ports, port, signal }: Visit, host: string): Promise<number | string> {
  const startedAt = ports.clock.now();
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const end = (result: number | string) => {
      timer.cancel();
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(result);
    };
    const timer = ports.clock.timer(TRY_MS, () => end('ETIMEDOUT'));
    const stop = () => end('ABORTED');
    signal.addEventListener('abort', stop);
    socket.once('connect', () => end(ports.clock.now() - startedAt));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'));
  });
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true }).catch(() => []);
  return [...new Set(found.map(({ address }) => address))].slice(0, ADDRESSES_MAX);
}

export const tcpStep: Step = {
  name: 'tcp',
  needs: ['config', 'dns'],
  async look(visit) {
    if (visit.endpoint.proxy !== undefined) return skipped(visit.say('tcpByProxy'));
    const addresses = await addressesOf(visit.host);
    const tries = await Promise.all(addresses.map((address) => tryAddress(visit, address)));
    const middle = median(tries.flatMap(({ times }) => times));
    if (middle !== undefined) visit.learned.tcpMedianMs = middle;
    return judgeTcp(tries, visit.port, visit.say);
  },
};
