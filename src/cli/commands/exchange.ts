import type { EndpointView } from '../../domain/health.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import { ok, type Result } from '../../domain/result.ts';
import type { ExchangeView } from '../../domain/view.ts';
import { choose } from '../choose.ts';
import { showAttempts, showRecorded, showRunning } from '../exchange-page.ts';
import { duration } from '../format.ts';
import type { Trouble } from '../gateway-client.ts';
import type { Gateway } from '../gateway-state.ts';
import type { Run } from '../given.ts';
import type { Screen } from '../screen.ts';
import type { Cell } from '../table.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

/** `exchange list`. */
export const exchangeList: Run = (cli, given) =>
  withGateway(cli, async (gateway) =>
    showAnswer(cli, await gateway.get<readonly ExchangeView[]>('exchanges'), async (exchanges) => {
      if (given.flag('json')) cli.screen.json(exchanges);
      else if (exchanges.length === 0) cli.screen.say('noExchanges');
      else await showExchanges(cli.screen, exchanges);
      return 0;
    }),
  );

async function showExchanges(screen: Screen, exchanges: readonly ExchangeView[]): Promise<void> {
  await screen.table(
    [
      { title: screen.text('colId') },
      { title: screen.text('colState') },
      { title: screen.text('colElapsed'), align: 'right' },
      { title: screen.text('colSilence'), align: 'right' },
      { title: screen.text('colModel'), shorten: 'middle' },
      { title: screen.text('colEndpoint') },
      { title: screen.text('colAttempts'), align: 'right' },
      { title: screen.text('colClient'), shorten: 'end' },
    ],
    exchanges.map((exchange): Cell[] => [
      exchange.id,
      stateCell(screen, exchange),
      duration(exchange.elapsedMs),
      duration(exchange.silenceMs),
      exchange.model ?? '-',
      exchange.endpointId ?? '-',
      String(exchange.attempts),
      exchange.client,
    ]),
  );
}

/** Nobody follows an orphan: that matters more than how far it has come. */
function stateCell({ text, paint }: Screen, { state, followers }: ExchangeView): Cell {
  return followers === 0 && state !== 'done' ? { text: text('orphan'), paint: paint.warning } : text(state);
}

/** `exchange show ID`: one under way, or one of the ledger; with its upstream calls so far. */
export const exchangeShow: Run = (cli, given) =>
  withGateway(cli, async (gateway, { endpoints }) =>
    showAnswer(cli, await gateway.get<readonly ExchangeView[]>('exchanges'), async (exchanges) => {
      const { screen } = cli;
      const word = given.words[0] ?? '';
      const chosen = choose(exchanges, word);
      if (!chosen.ok && chosen.error.kind === 'several')
        return screen.fail(screen.text('severalExchanges', { word }));
      const known = chosen.ok ? chosen.value : undefined;
      const running = known?.state === 'done' ? undefined : known;
      return showAnswer(cli, await recorded(gateway, known?.id ?? word), async (entry) => {
        if (!running && !entry) return screen.fail(screen.text('noRecordedExchange', { word }));
        if (given.flag('json')) screen.json({ ...(running ? { running } : {}), ...entry });
        else await showExchange(screen, running, entry, endpoints);
        return 0;
      });
    }),
  );

/** What the ledger holds of it; undefined = nothing. */
async function recorded(gateway: Gateway, id: string): Promise<Result<LedgerEntry | undefined, Trouble>> {
  const answer = await gateway.get<LedgerEntry>(`ledger/${encodeURIComponent(id)}`);
  const unknown = !answer.ok && answer.error.kind === 'refused' && answer.error.status === 404;
  return unknown ? ok(undefined) : answer;
}

async function showExchange(
  screen: Screen,
  running: ExchangeView | undefined,
  entry: LedgerEntry | undefined,
  endpoints: readonly EndpointView[],
): Promise<void> {
  if (running) showRunning(screen, running);
  else if (entry) showRecorded(screen, entry);
  await showAttempts(screen, entry?.attempts ?? [], endpoints);
}

/** `exchange cancel ID`. */
export const exchangeCancel: Run = (cli, given) =>
  withGateway(cli, async (gateway) =>
    showAnswer(cli, await gateway.get<readonly ExchangeView[]>('exchanges'), async (exchanges) => {
      const { screen } = cli;
      const word = given.words[0] ?? '';
      const chosen = choose(exchanges, word);
      if (!chosen.ok) {
        const key = chosen.error.kind === 'none' ? 'noSuchExchange' : 'severalExchanges';
        return screen.fail(screen.text(key, { word }));
      }
      const { id } = chosen.value;
      const path = `exchanges/${encodeURIComponent(id)}/cancel`;
      return showAnswer(cli, await gateway.post(path), () => {
        screen.say('exchangeCancelled', { id });
        return 0;
      });
    }),
  );
