import type { VerificationView } from '../domain/view.ts';
import { duration } from './format.ts';
import type { Cli } from './given.ts';
import type { Cell } from './table.ts';

/** Shows what verifications found; 1 where an endpoint failed its own, so that scripts can tell. */
export async function showVerifications(
  { screen }: Cli,
  found: readonly VerificationView[],
  asJson: boolean,
): Promise<number> {
  const failed = found.filter((one) => !one.ok);
  const exitCode = failed.length > 0 ? 1 : 0;
  if (asJson) {
    screen.json(found);
    return exitCode;
  }
  if (found.length === 0) {
    screen.say('nothingToVerify');
    return 0;
  }
  const rows = found.map((one): Cell[] => [
    one.endpointId,
    one.name,
    one.ok
      ? { text: screen.text('verified'), paint: screen.paint.good }
      : { text: screen.text('verificationFailed'), paint: screen.paint.bad },
    duration(one.tookMs),
    one.model,
    one.protocol,
  ]);
  await screen.table(
    [
      { title: screen.text('colId') },
      { title: screen.text('colName'), shorten: 'end' },
      { title: screen.text('colResult') },
      { title: screen.text('colTook'), align: 'right' },
      { title: screen.text('colModel'), shorten: 'middle' },
      { title: screen.text('colProtocol') },
    ],
    rows,
  );
  if (failed.length > 0) {
    screen.line();
    await screen.table(
      [{ title: screen.text('colId') }, { title: screen.text('colWhy'), shorten: 'end' }],
      failed.map(({ endpointId, detail }) => [endpointId, detail ?? '-']),
    );
  }
  return exitCode;
}
