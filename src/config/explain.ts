import type * as Zod from 'zod';
import type { ConfigProblem, Path } from './problem.ts';
import { maskSecrets } from './redact.ts';
import type { Source } from './source.ts';

type Issue = Zod.z.core.$ZodIssue;

/** Keys whose values are never shown, nor anything under them. */
const SECRET_KEYS: readonly (string | number)[] = [
  'api_key',
  'keys',
  'token',
  'headers',
  'proxy',
  'base_url',
  'webhook',
  'secret',
];
const SHOWN_CHARS = 40;

function kindOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

function found(value: unknown, path: Path): string {
  const simple = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (!simple || value === '' || path.some((step) => SECRET_KEYS.includes(step))) return kindOf(value);
  const text = maskSecrets(String(value));
  const shown = text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
  return typeof value === 'string' ? JSON.stringify(shown) : shown;
}

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const above = rows[i - 1]!;
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? rows[i - 2]![j - 2]! + 1 : replaced;
      row.push(Math.min(row[j - 1]! + 1, above[j]! + 1, replaced, swap));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The known word nearest to `word`, if it is near enough to have been meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string) =>
    text
      .slice(0, 64)
      .replace(/[-_\s]/g, '')
      .toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(plain(word), plain(candidate)) }))
    .sort((a, b) => a.far - b.far)[0];
  return ranked !== undefined && ranked.far <= Math.max(1, Math.floor(ranked.candidate.length / 3))
    ? ranked.candidate
    : undefined;
}

/** `unknown key "wieght"; did you mean "weight"?` or, with nothing near, the list of known ones. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const shown = JSON.stringify(maskSecrets(key).slice(0, SHOWN_CHARS));
  return near === undefined
    ? `unknown key ${shown}; expected one of ${known.join(', ')}`
    : `unknown key ${shown}; did you mean "${near}"?`;
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | null | undefined)?.[step],
    root,
  );

/** Whether the value has the shape this complaint is about, and is wrong only in itself or in a part. */
const isWithin = (issue: Issue): boolean =>
  issue.path.length > 0 ||
  issue.code === 'unrecognized_keys' ||
  issue.code === 'custom' ||
  (issue.code === 'invalid_union' && fittingBranch(issue.errors) !== undefined);

/** The one branch of a union that fits the value's shape, if there is one: its complaints say more. */
function fittingBranch(errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = errors.filter((branch) => branch.length > 0 && branch.every(isWithin));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function explainIssue(issue: Issue, source: Source, prefix: Path): ConfigProblem[] {
  const path: Path = [...prefix, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return issue.keys.map((key) => source.problemAt([...path, key], unknownKey(key, known), 'key'));
  }
  if (issue.code === 'invalid_union') {
    const branch = fittingBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => explainIssue(inner, source, path));
  }
  if (issue.code === 'custom' && issue.params?.whole === true) return [source.problemAt(path, issue.message)];
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1) ?? '');
    const expected = issue.issues[0]?.message ?? 'another key';
    return [source.problemAt(path, `expected ${expected}, found ${found(key, [])}`, 'key')];
  }
  const value = valueAt(source.value, path);
  const expected = `expected ${issue.message}`;
  if (value === undefined) return [source.problemAt(path, `missing; ${expected}`)];
  return [source.problemAt(path, `${expected}, found ${found(value, path)}`)];
}

/** What zod found, as problems with a place. `prefix` is where the parsed part stands in the file. */
export function explain(issues: readonly Issue[], source: Source, prefix: Path): ConfigProblem[] {
  return issues.flatMap((issue) => explainIssue(issue, source, prefix));
}
