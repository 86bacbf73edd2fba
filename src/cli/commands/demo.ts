import type { DemoResult, DemoSide } from '../../domain/view.ts';
import { duration } from '../format.ts';
import type { Run } from '../given.ts';
import { money } from '../money.ts';
import type { Screen } from '../screen.ts';
import type { Cell } from '../table.ts';
import { wrapped } from '../wrap.ts';

/** `demo`: twenty long requests past an edge that cuts, without QCC and with it. */
export const demo: Run = async ({ ports, screen }, given) => {
  const asJson = given.flag('json');
  if (!asJson) for (const line of wrapped(screen.text('demoScene'), screen.width)) screen.line(line);
  const ran = await ports.runDemo({
    onProgress: ({ side, done, of, waitedMs }) =>
      screen.progress(screen.text(side === 'direct' ? 'demoDirect' : 'demoThrough', { done, of }), waitedMs),
  });
  screen.progressDone();
  if (!ran.ok) return screen.fail(ran.error.detail);
  if (asJson) screen.json(ran.value);
  else await showDemo(screen, ran.value);
  const { through, requests } = ran.value;
  return through.answered === requests && through.charged === requests ? 0 : 1;
};

async function showDemo(screen: Screen, result: DemoResult): Promise<void> {
  const { text } = screen;
  const { direct, through, requests } = result;
  const row = (name: string, read: (side: DemoSide) => Cell): Cell[] => [name, read(direct), read(through)];
  screen.line();
  await screen.table(
    [
      { title: '' },
      { title: text('demoColDirect'), align: 'right' },
      { title: text('demoColThrough'), align: 'right' },
    ],
    [
      row(text('demoAnswered'), ({ answered }) => ({
        text: `${answered}/${requests}`,
        paint: answered === requests ? screen.paint.good : screen.paint.bad,
      })),
      row(text('demoCalls'), ({ calls }) => String(calls)),
      row(text('demoCharged'), ({ charged }) => (charged / requests).toFixed(2)),
      row(text('demoPaid'), ({ paidMicroUsd }) => money(paidMicroUsd)),
      row(text('demoLost'), ({ lostMicroUsd }) => ({
        text: money(lostMicroUsd),
        paint: lostMicroUsd === 0 ? screen.paint.good : screen.paint.bad,
      })),
      row(text('demoWait'), ({ longestMs }) => duration(longestMs)),
    ],
  );
  screen.line();
  const words = { clients: text(result.clients === 'sdk' ? 'demoSdk' : 'demoBuiltIn') };
  const { answered } = direct;
  for (const line of [
    text('demoWhy', { failed: requests - answered, calls: direct.calls, through: through.answered }),
    text('demoNotes', { ...words, prices: result.prices, model: result.model }),
  ])
    for (const part of wrapped(line, screen.width)) screen.line(part);
}
