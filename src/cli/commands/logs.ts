import type { EndpointView } from '../../domain/health.ts';
import type { ExchangeRecord } from '../../domain/ledger.ts';
import type { Gateway } from '../gateway-state.ts';
import type { Cli, Given, Run } from '../given.ts';
import { withQuery } from '../ledger-query.ts';
import { followLive } from '../live-rows.ts';
import { logQuery } from '../log-filter.ts';
import { type LogPrinter, logPrinter } from '../log-printer.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

/** `logs`: the newest requests, the last one below; with `-f` those that follow. */
export const logs: Run = (cli, given) =>
  withGateway(cli, async (gateway, view) => {
    const query = logQuery(cli.screen, given, view);
    if (!query) return 1;
    let { endpoints } = view as { endpoints: readonly EndpointView[] };
    const printer = logPrinter(cli, formOf(given), () => endpoints);
    if (!given.flag('follow')) return list(cli, given, gateway, query, printer);
    return followLive(cli, { gateway, query, limit: given.text('limit') }, printer, (now) => {
      endpoints = now;
    });
  });

function formOf(given: Given) {
  const follow = given.flag('follow');
  if (given.flag('json')) return { kind: 'json', follow } as const;
  return { kind: given.flag('csv') ? 'csv' : 'table', follow } as const;
}

async function list(
  cli: Cli,
  given: Given,
  gateway: Gateway,
  query: URLSearchParams,
  printer: LogPrinter,
): Promise<number> {
  const { screen } = cli;
  const filtered = query.size > 0;
  const limit = given.text('limit');
  if (limit !== undefined) query.set('limit', limit);
  const answer = await gateway.get<readonly ExchangeRecord[]>(withQuery('ledger', query));
  return showAnswer(cli, answer, (newestFirst) => {
    const rows = [...newestFirst].reverse();
    if (rows.length === 0 && printer.form.kind === 'table')
      screen.say(filtered ? 'ledgerEmpty' : 'logsEmpty');
    else printer.print(rows);
    printer.end();
    return 0;
  });
}
