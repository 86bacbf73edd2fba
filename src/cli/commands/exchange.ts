import type { ExchangeView } from '../../domain/view.ts';
import { choose } from '../choose.ts';
import { duration } from '../format.ts';
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
