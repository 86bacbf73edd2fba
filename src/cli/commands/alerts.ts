import type { AlertTestView } from '../../domain/view.ts';
import type { Run } from '../given.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

/** `alerts test`: exit code 1 where any of them failed. */
export const alertsTest: Run = (cli, given) =>
  withGateway(cli, async (gateway, { config }) => {
    const { screen } = cli;
    screen.progress(screen.text('alertsSending'));
    const answer = await gateway.post<{ results: readonly AlertTestView[] }>('alerts/test');
    screen.progressDone();
    return showAnswer(cli, answer, async ({ results }) => {
      const failed = results.filter(({ ok }) => !ok).length;
      if (given.flag('json')) screen.json({ results });
      else if (results.length === 0) screen.say('alertsNone', { file: config.file });
      else await show(results);
      if (failed === 0) return 0;
      return given.flag('json')
        ? 1
        : screen.fail(screen.text('alertsFailed', { failed, count: results.length }));
    });

    function show(results: readonly AlertTestView[]): Promise<void> {
      return screen.table(
        [
          { title: screen.text('colHost'), shorten: 'end' },
          { title: screen.text('colFormat') },
          { title: screen.text('colResult') },
          { title: screen.text('colDetail'), shorten: 'end' },
        ],
        results.map(({ host, format, ok, detail }) => [
          host,
          format,
          ok
            ? screen.paint.good(screen.text('alertDelivered'))
            : screen.paint.bad(screen.text('alertFailed')),
          detail,
        ]),
      );
    }
  });
