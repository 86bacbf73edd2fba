import type { QueueView, VerificationView } from '../../domain/view.ts';
import { chooseEndpoint } from '../choose.ts';
import { ago } from '../endpoint-tables.ts';
import { roughly } from '../format.ts';
import type { Gateway } from '../gateway-state.ts';
import type { Cli, Given, Run } from '../given.ts';
import type { Screen } from '../screen.ts';
import { showVerifications } from '../verifications.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

/** `queue list`. */
export const queueList: Run = (cli, given) =>
  withGateway(cli, async (gateway) =>
    showAnswer(cli, await gateway.get<readonly QueueView[]>('queue'), async (queue) => {
      if (given.flag('json')) cli.screen.json(queue);
      else if (queue.length === 0) cli.screen.say('queueEmpty');
      else await showQueue(cli.screen, queue, Date.now());
      return 0;
    }),
  );

async function showQueue(screen: Screen, queue: readonly QueueView[], now: number): Promise<void> {
  await screen.table(
    [
      { title: screen.text('colId') },
      { title: screen.text('colName'), shorten: 'end' },
      { title: screen.text('colSince') },
      { title: screen.text('colChecks'), align: 'right' },
      { title: screen.text('colNext') },
      { title: screen.text('colLastError'), shorten: 'end' },
    ],
    queue.map((row) => [
      row.endpointId,
      row.name,
      ago(screen, now - row.since),
      String(row.checks),
      nextCheck(screen, row, now),
      row.lastError ?? '-',
    ]),
  );
}

function nextCheck(screen: Screen, { nextCheckAt }: QueueView, now: number): string {
  if (nextCheckAt === undefined) return screen.text('verifyingNow');
  return nextCheckAt <= now ? screen.text('due') : screen.text('in', { age: roughly(nextCheckAt - now) });
}

/** `queue verify [ID]`. */
export const queueVerify: Run = (cli, given) =>
  withQueued(cli, given, async (gateway, query) => {
    cli.screen.progress(cli.screen.text('verifying'));
    const answer = await gateway.post<readonly VerificationView[]>(`queue/verify${query}`);
    cli.screen.progressDone();
    return showAnswer(cli, answer, (found) => showVerifications(cli, found, given.flag('json')));
  });

/** `queue clear [ID]`. */
export const queueClear: Run = (cli, given) =>
  withQueued(cli, given, async (gateway, query) =>
    showAnswer(cli, await gateway.post<{ cleared: number }>(`queue/clear${query}`), ({ cleared }) => {
      cli.screen.say('queueCleared', { cleared });
      return 0;
    }),
  );

/** Finds out which endpoint of the queue is meant; one that is not in it is a mistake worth telling. */
function withQueued(
  cli: Cli,
  given: Given,
  work: (gateway: Gateway, query: string) => Promise<number>,
): Promise<number> {
  const { screen } = cli;
  return withGateway(cli, async (gateway, view) => {
    const word = given.words[0];
    if (word === undefined) return work(gateway, '');
    const endpoint = chooseEndpoint(screen, view.endpoints, word);
    if (!endpoint) return 1;
    if (!endpoint.inQueue) return screen.fail(screen.text('notInQueue', { id: endpoint.id }));
    return work(gateway, `?id=${encodeURIComponent(endpoint.id)}`);
  });
}
