import type { ConfigChange } from '../../config/config.ts';
import { duration } from '../format.ts';
import { sum } from '../money.ts';
import type { Screen } from '../screen.ts';
import { withoutControls } from '../width.ts';
import { wrapped } from '../wrap.ts';
import type { Advice, Tally } from './finding.ts';

/** Names shown of each kind; the others are counted. */
const NAMES = 3;
const INDENT = '   ';

/** Each finding with its numbers, what it cost, and the lines that mend it; or that there is none. */
export function showAdvice(
  screen: Screen,
  advice: readonly Advice[],
  read: number,
  changeText: (change: ConfigChange) => string,
): void {
  if (advice.length === 0) {
    screen.say(read === 0 ? 'ledgerEmpty' : 'nothingToAdvise', { read });
    return;
  }
  advice.forEach((one, index) => {
    if (index > 0) screen.line();
    showOne(screen, one, index + 1);
    if (one.change)
      for (const line of changeText(one.change).split('\n'))
        screen.line(`${INDENT}  ${screen.paint.good(withoutControls(line))}`);
  });
}

function showOne(screen: Screen, { kind, about, evidence, lost, change }: Advice, n: number): void {
  const { text, paint } = screen;
  const words = Object.fromEntries(
    Object.entries(about).map(([name, value]) => [
      name,
      name.endsWith('Ms') ? duration(Number(value)) : withoutControls(String(value)),
    ]),
  );
  const { calls, leastMs, mostMs, models, clients } = evidence;
  const all = { ...words, calls, least: duration(leastMs), most: duration(mostMs) };
  const say = (line: string, first: string): void =>
    wrapped(line, screen.width - INDENT.length).forEach((part, index) => {
      screen.line(`${index === 0 ? first : INDENT}${part}`);
    });
  say(text(`advice-${kind}`, all), `${paint.strong(`${n}.`)} `);
  say(text('adviceWho', { models: names(models), clients: names(clients) }), INDENT);
  if (lost.calls > 0)
    say(text('adviceLost', { money: sum(lost.microUsd, lost.unknown), calls: lost.calls }), INDENT);
  if (change) say(text(change.kind === 'endpoint' ? 'adviceChangeAt' : 'adviceChange', all), INDENT);
}

function names(tallies: readonly Tally[]): string {
  const shown = tallies.slice(0, NAMES).map(({ name, count }) => `${withoutControls(name)} ×${count}`);
  const rest = tallies.length - shown.length;
  return rest > 0 ? `${shown.join(', ')}, +${rest}` : shown.join(', ');
}
