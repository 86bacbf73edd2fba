import type { WaterfallPhase } from '../domain/explanation.ts';
import { roughly } from './format.ts';
import type { CliPorts, Terminal } from './ports.ts';
import { type Cell, type Column, tableLines } from './table.ts';
import { type TextKey, textOf, type Words } from './texts.ts';
import { withoutControls } from './width.ts';

/** What colours mean here. Each is the identity where colours are off. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
  /** Tells the phases of an attempt apart. */
  readonly phase: (phase: WaterfallPhase) => (text: string) => string;
}

/** Where a command's words go: results to stdout, remarks and errors to stderr. */
export interface Screen {
  /** A text of the catalogue in the user's language. */
  text(key: TextKey, words?: Words): string;
  /** A result. */
  line(text?: string): void;
  /** The catalogue text as a result. */
  say(key: TextKey, words?: Words): void;
  /** Something to know besides the result: on stderr. */
  remark(key: TextKey, words?: Words): void;
  /** An error in words: on stderr; returns the exit code to end with. */
  fail(text: string, exitCode?: number): number;
  /** Mistakes in the configuration, each line beginning with its place; returns the exit code. */
  problems(text: string): number;
  /** What is being waited for, and for how long already: on stderr, each in place of the one before. */
  progress(text: string, waitedMs?: number): void;
  /** Takes the last progress off the terminal. */
  progressDone(): void;
  json(value: unknown): void;
  /** Nothing where there are no rows. */
  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Promise<void>;
  readonly paint: Paint;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
}

/** Exit code where the configuration is wrong. */
const CONFIG_ERROR = 2;
const USUAL_WIDTH = 80;
const NARROWEST_WIDTH = 60;

/** Opens the screen; colours only on a terminal and never with NO_COLOR (https://no-color.org). */
export async function openScreen(ports: CliPorts): Promise<Screen> {
  const { stdout, stderr, language } = ports;
  const paint = await paintFor(stdout, ports.env);
  const errorPaint = await paintFor(stderr, ports.env);
  const width = Math.max(NARROWEST_WIDTH, (stdout.isTTY && stdout.columns) || USUAL_WIDTH);
  const text = (key: TextKey, words?: Words): string => textOf(language, key, words);
  const line = (what = ''): void => void stdout.write(`${what}\n`);
  return {
    text,
    line,
    say: (key, words) => line(text(key, words)),
    remark: (key, words) => void stderr.write(`${errorPaint.faint(text(key, words))}\n`),
    fail(what, exitCode = 1) {
      const lines = what.split('\n').map(withoutControls).join('\n');
      stderr.write(`${errorPaint.bad('qcc:')} ${lines}\n`);
      return exitCode;
    },
    problems(what) {
      stderr.write(`${what}\n`);
      return CONFIG_ERROR;
    },
    ...progressOn(stderr),
    json: (value) => line(JSON.stringify(value, null, 2)),
    async table(columns, rows) {
      if (rows.length === 0) return;
      for (const row of await tableLines(columns, rows, width, paint.faint)) line(row);
    },
    paint,
    width,
  };
}

const ERASE_LINE = '\r\u001b[2K';

/** On a terminal the line is written over, with the time; elsewhere one is added when it says something else. */
function progressOn(stderr: Terminal): Pick<Screen, 'progress' | 'progressDone'> {
  let last = '';
  return {
    progress(text, waitedMs = 0) {
      if (stderr.isTTY)
        stderr.write(`${ERASE_LINE}${text}${waitedMs < 1000 ? '' : ` (${roughly(waitedMs)})`}`);
      else if (text !== last) stderr.write(`${text}\n`);
      last = text;
    },
    progressDone() {
      if (last !== '' && stderr.isTTY) stderr.write(ERASE_LINE);
      last = '';
    },
  };
}

const plain = (text: string): string => text;

/** No colours. */
export const PLAIN: Paint = {
  good: plain,
  warning: plain,
  bad: plain,
  faint: plain,
  strong: plain,
  phase: () => plain,
};

const PHASE_COLOURS = {
  queue: 'gray',
  backoff: 'magenta',
  dns: 'cyanBright',
  connect: 'cyan',
  tls: 'blue',
  send: 'blueBright',
  wait: 'yellow',
  stream: 'green',
  deliver: 'greenBright',
} as const satisfies Record<WaterfallPhase, string>;

async function paintFor(terminal: Terminal, env: CliPorts['env']): Promise<Paint> {
  if (!terminal.isTTY || env.NO_COLOR || env.TERM === 'dumb') return PLAIN;
  const { default: picocolors } = await import('picocolors');
  const colours = picocolors.createColors(true);
  return {
    good: colours.green,
    warning: colours.yellow,
    bad: colours.red,
    faint: colours.dim,
    strong: colours.bold,
    phase: (phase) => colours[PHASE_COLOURS[phase]],
  };
}
