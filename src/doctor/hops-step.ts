import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isLoopback } from './config-step.ts';
import { inWords } from './figures.ts';
import { type Finding, type Step, skipped, type Visit } from './step.ts';
import type { Say } from './texts.ts';

/** A router on the way; without an address, one that does not answer. */
export interface Hop {
  readonly number: number;
  readonly address?: string;
  readonly ms?: number;
}

const RUN_MS = 20_000;
const OUTPUT_CHARS_MAX = 65_536;
const HOPS_MAX = 30;

/** Programs that find the way, in the order of preference; the address comes last. */
const PROGRAMS: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'traceroute', args: ['-n', '-q', '1', '-w', '1', '-m', String(HOPS_MAX)] },
  { name: 'tracepath', args: ['-n', '-m', String(HOPS_MAX)] },
  { name: 'tracert', args: ['-d', '-w', '1000', '-h', String(HOPS_MAX)] },
];

/** ` 3  10.1.2.3  1.234 ms`, ` 3?: 10.1.2.3   1.2ms`, `  3    <1 ms    1 ms     1 ms  10.1.2.3`, ` 3  *`. */
const HOP = /^\s*(\d{1,2})\??:?\s+(\S.*)$/;
const ADDRESS = /(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:]+/i;
const TIME = /<?(\d+(?:\.\d+)?) ?ms/;

/** The hops in what one of the programs wrote. */
export function hopsIn(output: string): Hop[] {
  const byNumber = new Map<number, Hop>();
  for (const line of output.split('\n')) {
    const [, digits, rest = ''] = HOP.exec(line) ?? [];
    if (digits === undefined || /LOCALHOST/.test(rest)) continue;
    const number = Number(digits);
    const address = ADDRESS.exec(rest)?.[0];
    const time = TIME.exec(rest)?.[1];
    const hop = {
      number,
      ...(address === undefined ? {} : { address }),
      ...(time === undefined ? {} : { ms: Number(time) }),
    };
    // tracepath tells of a hop more than once.
    if (byNumber.get(number)?.address === undefined) byNumber.set(number, hop);
  }
  return [...byNumber.values()];
}

/** Routers owe nobody an answer: however it looks, nothing is wrong because of it. */
export function judgeHops(hops: readonly Hop[], target: string, program: string, say: Say): Finding {
  const data = { program, target, hops };
  const last = hops.findLast(({ address }) => address !== undefined);
  if (last === undefined) return { ...skipped(say('hopsSilent', { program })), data };
  const words = {
    count: last.number,
    address: last.address ?? '–',
    time: last.ms === undefined ? '–' : inWords(last.ms),
  };
  const summary = say(last.address === target ? 'hopsReached' : 'hopsUpTo', words);
  const details = hops.map(
    ({ number, address = '*', ms }) => `${number}  ${address}${ms === undefined ? '' : `  ${inWords(ms)}`}`,
  );
  return { status: 'ok', summary, details, data };
}

/** What a program wrote within its time; undefined: there is none of that name. */
function run(name: string, args: readonly string[], { ports, signal }: Visit): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: ports.env.PATH ?? '', LC_ALL: 'C' },
    });
    let output = '';
    const stop = () => child.kill('SIGKILL');
    const timer = ports.clock.timer(RUN_MS, stop);
    signal.addEventListener('abort', stop);
    const end = (result: string | undefined) => {
      timer.cancel();
      signal.removeEventListener('abort', stop);
      resolve(result);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < OUTPUT_CHARS_MAX) output += text;
    });
    child.once('error', () => end(undefined));
    child.once('close', () => end(output));
  });
}

export const hopsStep: Step = {
  name: 'hops',
  needs: ['config', 'dns'],
  async look(visit) {
    const { host, endpoint, say } = visit;
    if (endpoint.proxy !== undefined) return skipped(say('hopsByProxy'));
    if (isLoopback(host)) return skipped(say('hopsLocal'));
    const target = isIP(host) !== 0 ? host : (await lookup(host).catch(() => undefined))?.address;
    if (target === undefined) return skipped(say('hopsNoAddress'));
    for (const { name, args } of PROGRAMS) {
      const output = await run(name, [...args, target], visit);
      if (output !== undefined) return judgeHops(hopsIn(output), target, name, say);
    }
    return skipped(say('hopsNoProgram', { names: PROGRAMS.map(({ name }) => name).join(', ') }));
  },
};
