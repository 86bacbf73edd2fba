import type { ExchangeRecord, LedgerGrouping, LedgerSummary } from '../../domain/ledger.ts';
import type { Given, Run } from '../given.ts';
import { ledgerQuery, withQuery } from '../ledger-query.ts';
import { ledgerCsv, showLedger, showSummary, showTotals, summaryCsv } from '../ledger-tables.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

/** `ledger summary`. */
export const ledgerSummary: Run = (cli, given) =>
  withGateway(cli, async (gateway, view) => {
    const { screen, ports } = cli;
    const query = ledgerQuery(screen, given, view);
    if (!query) return 1;
    const total = withQuery('ledger/summary', query);
    const by = given.text('by') as LedgerGrouping | undefined;
    if (by) query.set('by', by);
    const answer = await gateway.get<readonly LedgerSummary[]>(withQuery('ledger/summary', query));
    return showAnswer(cli, answer, async (rows) => {
      if (given.flag('json')) screen.json(rows);
      else if (given.flag('csv')) ports.stdout.write(summaryCsv(rows, by));
      else if (!rows.some(({ exchanges }) => exchanges > 0)) screen.say('ledgerEmpty');
      else {
        const nameOf = (group: string): string =>
          (by === 'endpoint' && view.endpoints.find(({ id }) => id === group)?.name) || group;
        await showSummary(screen, rows, by, nameOf);
        return showAnswer(cli, await gateway.get<readonly LedgerSummary[]>(total), ([sum]) => {
          if (sum) showTotals(screen, sum);
          return 0;
        });
      }
      return 0;
    });
  });

/** `ledger list`. */
export const ledgerList: Run = (cli, given) => list(cli, given, false);

/** `ledger lost`: what was paid, or may have been, without an answer for it. */
export const ledgerLost: Run = (cli, given) => list(cli, given, true);

const list = (cli: Parameters<Run>[0], given: Given, lostOnly: boolean): Promise<number> =>
  withGateway(cli, async (gateway, view) => {
    const { screen, ports } = cli;
    const query = ledgerQuery(screen, given, view);
    if (!query) return 1;
    if (lostOnly) query.set('lost', 'true');
    const total = withQuery('ledger/summary', query);
    const limit = given.text('limit');
    if (limit !== undefined) query.set('limit', limit);
    const answer = await gateway.get<readonly ExchangeRecord[]>(withQuery('ledger', query));
    return showAnswer(cli, answer, async (exchanges) => {
      if (given.flag('json')) screen.json(exchanges);
      else if (given.flag('csv')) ports.stdout.write(ledgerCsv(exchanges));
      else if (exchanges.length === 0) screen.say(lostOnly ? 'nothingLost' : 'ledgerEmpty');
      else {
        await showLedger(screen, exchanges, lostOnly, Date.now());
        return showAnswer(cli, await gateway.get<readonly LedgerSummary[]>(total), ([sum]) => {
          if (sum) showTotals(screen, sum);
          return 0;
        });
      }
      return 0;
    });
  });
