import { readFileSync } from 'node:fs';
import { maskSecrets } from './redact.ts';

/** Something wrong in a config file: what was expected and what was found; never a secret value. */
export interface ConfigProblem {
  /** From 1; absent where the problem has no place in the text. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
  /** Where in the value, such as `clusters.main.endpoints[0].weight`; empty = the whole. */
  readonly path: string;
  readonly message: string;
}

/** What a config may refer to. Passed in, so that parsing itself reads neither environment nor files. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a secret by absolute path; throws where it can't. */
  readonly readSecretFile: (path: string) => string;
  /** Absolute; relative `file:` references start here. */
  readonly configFolder: string;
}

export type Path = readonly (string | number)[];

/** `['clusters', 'a', 'endpoints', 0]` → `clusters.a.endpoints[0]`. A secret written as a key is masked. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      return (index === 0 ? '' : '.') + maskSecrets(step);
    })
    .join('');
}

/** Longest part of a source line that is shown. */
const SHOWN_CHARS = 120;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;

/** Blanks as wide as `text` on a terminal. */
const blanks = (text: string): string =>
  [...text].map((char) => (char === '\t' ? '\t' : WIDE.test(char) ? '  ' : ' ')).join('');

function sourceWithCaret(line: string, column: number): string {
  const from = Math.max(0, column - SHOWN_CHARS);
  const shown = maskSecrets(line).slice(from, from + SHOWN_CHARS);
  return `\n    ${shown}\n    ${blanks(shown.slice(0, column - 1 - from))}^`;
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    return [];
  }
}

/**
 * The problems for people: `file:line:column: message`, and under it the source line (secrets masked)
 * with a caret. The file is read again for its lines; where it can't be, they are left out.
 */
export function formatProblems(file: string, problems: readonly ConfigProblem[]): string {
  const lines = readLines(file);
  return problems
    .map(({ line, column = 1, path, message }) => {
      const about = path === '' ? message : `${path}: ${message}`;
      if (line === undefined) return `${file}: ${about}`;
      const source = lines[line - 1];
      const place = `${file}:${line}:${column}: ${about}`;
      return source === undefined || source.trim() === '' ? place : place + sourceWithCaret(source, column);
    })
    .join('\n');
}
