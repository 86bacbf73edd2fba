import type { EndpointView } from '../domain/health.ts';
import type { AttemptRecord, LedgerEntry } from '../domain/ledger.ts';
import type { Usage } from '../domain/usage.ts';
import type { ExchangeView } from '../domain/view.ts';
import { count, duration } from './format.ts';
import { deliveryCell } from './ledger-tables.ts';
import { cost, money, UNKNOWN_MONEY } from './money.ts';
import { showPairs } from './pairs.ts';
import type { Screen } from './screen.ts';
import type { Cell } from './table.ts';
import { withoutControls } from './width.ts';

/** What is known of an exchange under way. */
export function showRunning(screen: Screen, running: ExchangeView): void {
  const { text } = screen;
  const { id, path, model = '-', client, cluster, scenario, stream } = running;
  screen.line(`${id}  ${screen.paint.strong(text(running.state))}`);
  showPairs(screen, [
    [text('pairRequest'), `${path}, ${text(stream ? 'streamed' : 'notStreamed')}`],
    [text('pairModel'), withoutControls(model)],
    [text('pairClient'), withoutControls(client)],
    [text('pairRoute'), text('routeText', { cluster, scenario })],
    [text('pairEndpoint'), running.endpointId ?? '-'],
    [
      text('pairTime'),
      text('runningText', {
        elapsed: duration(running.elapsedMs),
        silence: duration(running.silenceMs),
        followers: running.followers,
        joined: running.joined,
      }),
    ],
    [text('pairKept'), count(running.keptBytes)],
  ]);
}

/** What the ledger holds of an exchange. */
export function showRecorded(screen: Screen, { exchange }: LedgerEntry): void {
  const { text } = screen;
  const { id, path, stream, effort, client, listener, cluster, scenario, status, error } = exchange;
  const delivery = deliveryCell(screen, exchange);
  screen.line(`${id}  ${typeof delivery === 'string' ? delivery : delivery.paint(delivery.text)}`);
  const model = `${exchange.model ?? '-'}${effort === undefined ? '' : ` (${effort})`}`;
  const answer = [status, error].filter((part) => part !== undefined).join(' ');
  const { startedAt, endedAt, lostCalls, savedCalls, joined } = exchange;
  const took = endedAt === undefined ? '-' : duration(endedAt - startedAt);
  showPairs(screen, [
    [text('pairRequest'), `${path}, ${text(stream ? 'streamed' : 'notStreamed')}`],
    [text('pairModel'), withoutControls(model)],
    [
      text('pairClient'),
      // A call of the gateway's own came in by none.
      text('clientText', { client: withoutControls(client), listener: listener || '-', joined }),
    ],
    [text('pairRoute'), text('routeText', { cluster, scenario })],
    [text('pairTime'), `${new Date(startedAt).toISOString()}, ${took}`],
    [text('pairAnswer'), answer || '-'],
    [text('pairTokens'), tokensText(screen, exchange.usage)],
    [
      text('pairCost'),
      `${cost(exchange.costMicroUsd, exchange.charge)} (${text(`charge-${exchange.charge}`)})`,
    ],
    [text('pairLost'), callsText(screen, exchange.lostMicroUsd, lostCalls)],
    [text('pairSaved'), callsText(screen, exchange.savedMicroUsd, savedCalls)],
  ]);
}

function callsText({ text }: Screen, microUsd: number | undefined, calls: number): string {
  if (calls === 0) return '-';
  return text('inCalls', { money: microUsd === undefined ? UNKNOWN_MONEY : money(microUsd), calls });
}

function tokensText({ text }: Screen, usage: Usage): string {
  const shown = (value: number | undefined): string => (value === undefined ? UNKNOWN_MONEY : count(value));
  return text('tokensText', {
    input: shown(usage.inputTokens),
    output: shown(usage.outputTokens),
    read: shown(usage.cacheReadTokens),
    written: shown(usage.cacheWriteTokens),
  });
}

/** The upstream calls: what became of each, who ended it, and what it cost; then why it went where it went. */
export async function showAttempts(
  screen: Screen,
  attempts: readonly AttemptRecord[],
  endpoints: readonly EndpointView[],
): Promise<void> {
  if (attempts.length === 0) return;
  const { text } = screen;
  const right = (title: string) => ({ title, align: 'right' }) as const;
  screen.line();
  await screen.table(
    [
      right('#'),
      { title: text('colEndpoint'), shorten: 'end' },
      { title: text('colResult') },
      { title: text('colPhase') },
      { title: text('colEndedBy') },
      right(text('colSilence')),
      right(text('colElapsed')),
      { title: text('colRisk') },
      right(text('colCost')),
    ],
    attempts.map((one): Cell[] => [
      String(one.n),
      endpoints.find(({ id }) => id === one.endpointId)?.name ?? one.endpointId,
      { text: one.result, paint: one.result === 'answered' ? screen.paint.good : screen.paint.warning },
      one.phase ?? '-',
      one.endedBy ?? '-',
      duration(one.silenceMs ?? one.longestSilenceMs),
      duration(one.totalMs),
      one.chargeRisk,
      cost(one.costMicroUsd, one.charge),
    ]),
  );
  screen.line();
  await screen.table(
    [right('#'), { title: text('colWhy'), shorten: 'end' }, { title: text('colDetail'), shorten: 'end' }],
    attempts.map(({ n, why, detail }) => [String(n), why || '-', detail ?? '-']),
  );
}
