import { saidIn } from './error-text.ts';
import { inWords, median, rounded, SLOW_MS } from './figures.ts';
import { type Heard, textOf } from './heard.ts';
import { type Complaint, type Finding, type Step, withComplaints } from './step.ts';
import type { Say } from './texts.ts';

/** A path that nobody serves: its answer costs the server next to nothing, and shows who makes error pages. */
const NO_PATH = '/v1/qcc-doctor';
const ROUNDS = 3;
const ANSWER_MS = 10_000;

/** Answers to the same small request; the first one's connection was new, the others used it again. */
export interface HttpMeasured {
  readonly answers: readonly Heard[];
  readonly tcpMedianMs?: number;
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);
/** Cloudflare's words for an origin it can't reach, and the usual ones of proxies. */
const ORIGIN_GONE = new Set([502, 503, 504, 520, 521, 522, 523, 525, 526, 530]);

function aboutRedirect(status: number, location: string, say: Say): Complaint {
  const target = URL.canParse(location) ? new URL(location) : undefined;
  const base = target && `${target.origin}${target.pathname.replace(NO_PATH, '').replace(/\/$/, '')}`;
  return {
    severity: 'bad',
    what: say('httpRedirects', { status, location: location.slice(0, 200) }),
    fix: say('httpRedirectsFix'),
    ...(base === undefined ? {} : { config: `base_url: "${base}"` }),
  };
}

function aboutSpeed(roundTripMs: number, tcpMedianMs: number | undefined, say: Say): Complaint[] {
  // A long way is complained of where connecting shows it; here only what comes on top.
  const known = tcpMedianMs !== undefined && tcpMedianMs > SLOW_MS ? tcpMedianMs : 0;
  if (roundTripMs - known <= SLOW_MS) return [];
  const what = say('httpSlow', { time: inWords(roundTripMs), limit: inWords(SLOW_MS) });
  const byServer = tcpMedianMs !== undefined && tcpMedianMs < roundTripMs / 2;
  return [
    {
      severity: 'warning',
      what,
      fix: say(byServer ? 'httpSlowServerFix' : 'slowWayFix', { tcp: inWords(tcpMedianMs ?? 0) }),
    },
  ];
}

export function judgeHttp({ answers, tcpMedianMs }: HttpMeasured, said: string, say: Say): Finding {
  const last = answers.at(-1);
  if (last?.status === undefined) {
    const detail = last?.failure?.detail ?? '–';
    const what = say(last?.failure?.timedOut ? 'httpSilent' : 'httpBroken', {
      detail,
      time: inWords(ANSWER_MS),
    });
    return {
      status: 'bad',
      summary: what,
      complaints: [{ severity: 'bad', what, fix: say('httpBrokenFix') }],
    };
  }
  const { status, headers } = last;
  const roundTripMs = median(answers.slice(1).flatMap(({ headMs }) => headMs ?? [])) ?? last.headMs ?? 0;
  const firstMs = answers[0]?.headMs ?? 0;
  const data = { status, firstMs: rounded(firstMs), roundTripMs: rounded(roundTripMs) };
  const details = [say('httpTimes', { first: inWords(firstMs), roundTrip: inWords(roundTripMs), status })];
  const complaints: Complaint[] = [];
  if (isRedirect(status)) complaints.push(aboutRedirect(status, headers.location ?? '', say));
  if (ORIGIN_GONE.has(status)) {
    complaints.push({
      severity: 'bad',
      what: say('httpOriginGone', { status, said: said || '–' }),
      fix: say('httpOriginGoneFix'),
    });
  }
  complaints.push(...aboutSpeed(roundTripMs, tcpMedianMs, say));
  const summary = complaints[0]?.what ?? say('httpFine', { time: inWords(roundTripMs) });
  return withComplaints(complaints, { summary, details, data });
}

export const httpStep: Step = {
  name: 'http',
  needs: ['config', 'dns', 'tcp', 'proxy', 'tls'],
  async look({ asker, endpoint, learned, say, signal }) {
    const answers: Heard[] = [];
    // One more than is measured: the first one opens the connection.
    for (let i = 0; i <= ROUNDS && !signal.aborted; i += 1) {
      const headers = ['user-agent', 'qcc-doctor', 'accept', 'application/json'];
      answers.push(await asker.ask({ method: 'GET', path: NO_PATH, headers, timeoutMs: ANSWER_MS }));
      if (answers.at(-1)?.failure) break;
    }
    const last = answers.at(-1);
    const text = last === undefined ? '' : textOf(last, endpoint);
    if (last?.status !== undefined) learned.answers.push({ headers: last.headers, text });
    const roundTripMs = median(answers.slice(1).flatMap(({ headMs }) => headMs ?? []));
    if (roundTripMs !== undefined) learned.roundTripMs = roundTripMs;
    const { tcpMedianMs } = learned;
    const measured = { answers, ...(tcpMedianMs === undefined ? {} : { tcpMedianMs }) };
    return judgeHttp(measured, saidIn(text), say);
  },
};
