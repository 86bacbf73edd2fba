import type { Duplex } from 'node:stream';
import { inWords, rounded } from './figures.ts';
import { openSocket } from './socket.ts';
import { type Finding, type Step, skipped, type Visit } from './step.ts';
import type { Say } from './texts.ts';
import { secure } from './tls-step.ts';

/** What the endpoint's `Date` said, and when it was asked and heard by the clock here. ms since the epoch. */
export interface ClockMeasured {
  readonly date: string | undefined;
  readonly askedAt: number;
  readonly heardAt: number;
}

const ANSWER_MS = 10_000;
const HEAD_BYTES_MAX = 32_768;
const OFF_MS = 60_000;
/** A `Date` names the whole second: it is half a second behind on average. */
const HALF_SECOND_MS = 500;

export function judgeClock({ date, askedAt, heardAt }: ClockMeasured, say: Say): Finding {
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return skipped(say('clockNoDate'));
  const offMs = (askedAt + heardAt) / 2 - (there + HALF_SECOND_MS);
  const data = { offMs: rounded(offMs), date };
  if (Math.abs(offMs) <= OFF_MS) return { status: 'ok', summary: say('clockFine'), data };
  const what = say(offMs > 0 ? 'clockAhead' : 'clockBehind', { time: inWords(Math.abs(offMs)) });
  return {
    status: 'warning',
    summary: what,
    data,
    complaints: [{ severity: 'warning', what, fix: say('clockFix') }],
  };
}

/** Asks for a head without any credential, whatever the certificate: the time is no secret, and explains much. */
async function measure(visit: Visit): Promise<ClockMeasured | undefined> {
  const opened = await openSocket(visit);
  if (!opened.ok) return undefined;
  const { socket } = opened.value;
  const secured = visit.secure ? await secure(visit, socket) : undefined;
  const channel: Duplex | undefined = secured === undefined ? socket : secured.ok ? secured.value : undefined;
  if (channel === undefined) {
    socket.destroy();
    return undefined;
  }
  const askedAt = visit.ports.clock.wall();
  const head = await headOver(visit, channel);
  channel.destroy();
  const date = /^date:[ \t]*([^\r\n]{1,100})/im.exec(head)?.[1];
  return { date, askedAt, heardAt: visit.ports.clock.wall() };
}

function headOver({ host, port, endpoint, ports, signal }: Visit, channel: Duplex): Promise<string> {
  const authority = new URL(endpoint.baseUrl).host || `${host}:${port}`;
  return new Promise((resolve) => {
    let head = '';
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve(head);
    };
    const timer = ports.clock.timer(ANSWER_MS, end);
    signal.addEventListener('abort', end);
    channel.on('data', (part: Buffer) => {
      head += part.toString('latin1');
      if (head.includes('\r\n\r\n') || head.length > HEAD_BYTES_MAX) end();
    });
    channel.on('error', end).on('close', end);
    channel.write(
      `HEAD / HTTP/1.1\r\nhost: ${authority}\r\nuser-agent: qcc-doctor\r\nconnection: close\r\n\r\n`,
    );
  });
}

export const clockStep: Step = {
  name: 'clock',
  needs: ['config', 'dns', 'tcp', 'proxy'],
  async look(visit) {
    const measured = await measure(visit);
    return measured === undefined ? skipped(visit.say('clockNoAnswer')) : judgeClock(measured, visit.say);
  },
};
