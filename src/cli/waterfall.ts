import type { Waterfall, WaterfallBar, WaterfallPhase } from '../domain/explanation.ts';
import { duration } from './format.ts';
import type { Screen } from './screen.ts';
import { shortenEnd, widthOf, withoutControls } from './width.ts';
import { hanging } from './wrap.ts';

/** What each phase and end is drawn with: blocks where the locale has them, else ASCII. */
interface Signs {
  readonly phases: Readonly<Record<WaterfallPhase, string>>;
  readonly ends: Readonly<Record<WaterfallBar['end'], string>>;
  readonly mark: string;
  readonly tick: string;
  readonly rule: string;
}

const BLOCKS: Signs = {
  phases: {
    queue: '·',
    backoff: '~',
    dns: '▖',
    connect: '▄',
    tls: '▚',
    send: '▆',
    wait: '░',
    stream: '█',
    deliver: '▒',
  },
  ends: { whole: '✓', failed: '✗', cut: '╳', cancelled: '○', running: '▸' },
  mark: '┊',
  tick: '┬',
  rule: '─',
};

const ASCII: Signs = {
  phases: {
    queue: '.',
    backoff: '~',
    dns: 'd',
    connect: 'c',
    tls: 't',
    send: 's',
    wait: '-',
    stream: '#',
    deliver: '=',
  },
  ends: { whole: '>', failed: 'x', cut: '/', cancelled: 'o', running: '>' },
  mark: ':',
  tick: '+',
  rule: '-',
};

const GAP = 2;
const WIDEST_LABEL = 24;
/** Columns from one tick to the next, so that their labels stay apart. */
const TICK_COLUMNS = 9;

const SECOND_MS = 1_000;
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 18_000, 36_000, 86_400].map(
    (s) => s * SECOND_MS,
  ),
);

/** Where a waterfall is drawn: its first column stands for 0, each for as many ms. */
interface Chart {
  readonly screen: Screen;
  readonly signs: Signs;
  /** Columns of the names before it. */
  readonly left: number;
  readonly columns: number;
  readonly msPerColumn: number;
}

/**
 * A line for each bar on one scale, with what stands at its end below it; then the marks, and what the signs mean.
 * No line is wider than the screen. `unicode`: the terminal shows block characters.
 */
export function waterfallLines(screen: Screen, waterfall: Waterfall, unicode: boolean): string[] {
  const { bars, marks, totalMs } = waterfall;
  const ends = bars.flatMap(({ parts }) => parts.map(({ toMs }) => toMs));
  const lastMs = Math.max(1, totalMs, ...ends, ...marks.map(({ atMs }) => atMs));
  const widest = Math.max(...bars.map(({ label }) => widthOf(withoutControls(label))), 0);
  const left = Math.min(widest, WIDEST_LABEL, Math.floor(screen.width / 4)) + GAP;
  // The last column is for the sign at the end of a bar that reaches it.
  const columns = screen.width - left - 1;
  const signs = unicode ? BLOCKS : ASCII;
  const chart: Chart = { screen, signs, left, columns, msPerColumn: lastMs / columns };
  return [
    ...scaleLines(chart, lastMs),
    ...bars.flatMap((bar) => barLines(chart, bar, marks)),
    ...marks.map((mark) => markLine(chart, mark)),
    ...legendLines(chart, bars),
  ];
}

const columnOf = ({ columns, msPerColumn }: Chart, atMs: number): number =>
  Math.min(columns, Math.max(0, Math.floor(atMs / msPerColumn)));

function scaleLines(chart: Chart, lastMs: number): string[] {
  const { screen, signs, left, columns } = chart;
  const step =
    STEPS_MS.find((ms) => (lastMs / ms) * TICK_COLUMNS <= columns) ??
    Math.ceil(lastMs / 2 / 3_600_000) * 3_600_000;
  const rule = Array.from({ length: columns }, () => signs.rule);
  let labels = '';
  for (let ms = 0; ms <= lastMs; ms += step) {
    const at = columnOf(chart, ms);
    const label = ms === 0 ? '0' : tickLabel(ms, step);
    if (at >= columns || at + label.length > columns + 1) break;
    rule[at] = signs.tick;
    labels = labels.padEnd(at) + label;
  }
  const margin = ' '.repeat(left);
  return [`${margin}${labels}`, `${margin}${rule.join('')}`].map((line) => screen.paint.faint(line));
}

function tickLabel(ms: number, step: number): string {
  if (step % 60_000 === 0) return `${ms / 60_000}m`;
  return step < SECOND_MS && ms < SECOND_MS ? `${ms}ms` : `${ms / SECOND_MS}s`;
}

function barLines(chart: Chart, bar: WaterfallBar, marks: Waterfall['marks']): string[] {
  const { screen, left } = chart;
  const label = shortenEnd(withoutControls(bar.label), left - GAP);
  const name = label + ' '.repeat(left - widthOf(label));
  return [`${name}${drawn(chart, bar, marks)}`.trimEnd(), ...noteLines(screen, bar, left)];
}

function drawn(chart: Chart, bar: WaterfallBar, marks: Waterfall['marks']): string {
  const { signs, screen, columns } = chart;
  const cells: string[] = Array.from({ length: columns + 1 }, () => ' ');
  for (const { atMs } of marks) cells[columnOf(chart, atMs)] = screen.paint.warning(signs.mark);
  const last = paintParts(chart, bar, cells);
  const end = screen.paint[endColour(bar.end)](signs.ends[bar.end]);
  cells[Math.min(columns, last + 1)] = end;
  return cells.join('');
}

/** Each column shows the phase that took most of it; returns the last column painted, -1 where there is none. */
function paintParts(
  { signs, screen, columns, msPerColumn }: Chart,
  { parts }: WaterfallBar,
  cells: string[],
): number {
  const from = Math.min(...parts.map(({ fromMs }) => fromMs));
  const to = Math.max(...parts.map(({ toMs }) => toMs));
  if (parts.length === 0) return -1;
  const first = Math.min(columns - 1, Math.max(0, Math.floor(from / msPerColumn)));
  const last = Math.min(columns - 1, Math.max(first, Math.ceil(to / msPerColumn) - 1));
  for (let column = first; column <= last; column += 1) {
    const start = column * msPerColumn;
    const covered = (part: (typeof parts)[number]): number =>
      Math.min(part.toMs, start + msPerColumn) - Math.max(part.fromMs, start);
    const most = parts.reduce((best, part) => (covered(part) > covered(best) ? part : best));
    // A billionth is what rounding left over; one without any extent is seen all the same.
    if (covered(most) > msPerColumn / 1e9 || column === first)
      cells[column] = screen.paint.phase(most.phase)(signs.phases[most.phase]);
  }
  return last;
}

function endColour(end: WaterfallBar['end']): 'good' | 'bad' | 'warning' {
  if (end === 'whole') return 'good';
  return end === 'failed' || end === 'cut' ? 'bad' : 'warning';
}

/** What stands at its end, and how long its parts took: those too short to be seen are named, too. */
function noteLines({ text, width, paint }: Screen, { note, parts }: WaterfallBar, left: number): string[] {
  const spent = new Map<WaterfallPhase, number>();
  for (const { phase, fromMs, toMs } of parts) spent.set(phase, (spent.get(phase) ?? 0) + toMs - fromMs);
  const times = [...spent]
    .filter(([, ms]) => Math.round(ms) > 0)
    .map(([phase, ms]) => `${text(`phase-${phase}`)} ${duration(ms)}`)
    .join(text('listBetween'));
  const said = [withoutControls(note), times].filter((part) => part !== '').join(' · ');
  return said === '' ? [] : hanging(' '.repeat(left), said, width).map(paint.faint);
}

/** Beside its sign, on the side where there is room. */
function markLine(chart: Chart, { atMs, label }: Waterfall['marks'][number]): string {
  const { screen, signs, left, columns } = chart;
  const at = columnOf(chart, atMs);
  const said = shortenEnd(withoutControls(label), Math.max(at - 1, columns - at - 1));
  const sign = screen.paint.warning(signs.mark);
  if (widthOf(said) <= columns - at - 1) return `${' '.repeat(left + at)}${sign} ${said}`;
  return `${' '.repeat(left + at - 1 - widthOf(said))}${said} ${sign}`;
}

/** Only what is on the drawing. */
function legendLines({ screen, signs }: Chart, bars: readonly WaterfallBar[]): string[] {
  const { text, paint, width } = screen;
  const phases = new Set(bars.flatMap(({ parts }) => parts.map(({ phase }) => phase)));
  const ends = new Set(bars.map(({ end }) => end));
  const shown = [
    ...(Object.keys(signs.phases) as WaterfallPhase[])
      .filter((phase) => phases.has(phase))
      .map((phase) => `${signs.phases[phase]} ${text(`phase-${phase}`)}`),
    ...(Object.keys(signs.ends) as WaterfallBar['end'][])
      .filter((end) => ends.has(end))
      .map((end) => `${signs.ends[end]} ${text(`end-${end}`)}`),
  ];
  return ['', ...linesOf(shown, width).map(paint.faint)];
}

/** A sign stays with its word. */
function linesOf(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const longer = `${lines.at(-1) ?? ''}  ${item}`;
    if (lines.length > 0 && widthOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(item);
  }
  return lines;
}
