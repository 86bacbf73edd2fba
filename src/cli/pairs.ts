import type { Screen } from './screen.ts';
import { widthOf } from './width.ts';

/** Names and values in two columns. */
export function showPairs(screen: Screen, pairs: readonly (readonly [string, string])[]): void {
  const width = Math.max(...pairs.map(([name]) => widthOf(name)));
  for (const [name, value] of pairs)
    screen.line(`  ${screen.paint.faint(name)}${' '.repeat(width - widthOf(name))}  ${value}`);
}
