import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { fail, ok, type Result } from '../domain/result.ts';
import { type ConfigProblem, type Path, pathText } from './problem.ts';

/** Far above any real config; keeps a wrong file from being parsed for seconds. */
const MAX_CHARS = 1_000_000;

/** A parsed text: its plain value, and where each part of it stands. */
export interface Source {
  readonly document: Document;
  readonly value: unknown;
  /** Makes a problem at the key or the value that `path` leads to, else at its nearest ancestor. */
  problemAt(path: Path, message: string, at?: 'key' | 'value'): ConfigProblem;
}

/** The parser's own words may quote the text, secrets included: these never do. */
const SYNTAX: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'wrong indentation: expected it to line up with its neighbours',
  TAB_AS_INDENT: 'expected spaces for indentation, found a tab',
  DUPLICATE_KEY: 'expected each key once, found this key a second time',
  MULTIPLE_DOCS: 'expected one document, found a second one',
  MISSING_CHAR: 'expected a closing quote, bracket, comma or colon before this point',
  BAD_ALIAS: 'expected an alias (*name) of an anchor (&name) that stands before it',
  BAD_DQ_ESCAPE: 'expected a valid escape in a double-quoted text; use single quotes for plain backslashes',
  BAD_SCALAR_START: 'a plain text cannot start with this character: put it in quotes',
  MULTILINE_IMPLICIT_KEY: 'expected "key: value" on one line',
  BLOCK_AS_IMPLICIT_KEY:
    'expected one "key: value" on this line, found two (put text with ": " in it in quotes)',
  UNEXPECTED_TOKEN: 'expected "key: value" or a list item, found something else',
};

const atStart = (message: string): ConfigProblem => ({ line: 1, column: 1, path: '', message });

interface Step {
  readonly key?: number | undefined;
  readonly value?: number | undefined;
  readonly node: unknown;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** `key:` with nothing after it parses to a null of no length. */
const isEmpty = (node: unknown): boolean =>
  isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1];

const named = (pair: Pair, step: string | number): boolean =>
  String(isScalar(pair.key) ? pair.key.value : pair.key) === String(step);

/** One step down from `parent`; undefined where nothing of that name stands there. */
function stepInto(document: Document, parent: unknown, step: string | number): Step | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return item === undefined ? undefined : { node: item, value: startOf(item) };
  }
  const pair = isMap(node) ? node.items.find((item) => named(item, step)) : undefined;
  if (pair === undefined) return undefined;
  const value = isEmpty(pair.value) ? undefined : startOf(pair.value);
  return { node: pair.value, key: startOf(pair.key), value };
}

/** Offset of the key or the value that `path` leads to; where the path breaks off, of what was reached. */
function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, name] of path.entries()) {
    const step = stepInto(document, node, name);
    if (step === undefined) return offset;
    const wanted = at === 'key' && index === path.length - 1 ? step.key : step.value;
    offset = wanted ?? step.key ?? step.value ?? offset;
    node = step.node;
  }
  return offset;
}

/** Offset of the first alias that leads nowhere. */
function danglingAlias(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return undefined;
      found = node.range?.[0];
      return visit.BREAK;
    },
  });
  return found;
}

interface BadValue {
  readonly offset: number;
  readonly message: string;
}

/** The limit on aliases stops the few lines that would unfold to gigabytes. */
function plainValue(document: Document): Result<unknown, BadValue> {
  try {
    return ok(document.toJS({ maxAliasCount: 100 }));
  } catch {
    const offset = danglingAlias(document);
    const message = offset === undefined ? 'expected fewer aliases of aliases' : SYNTAX.BAD_ALIAS!;
    return fail({ offset: offset ?? 0, message: `not valid YAML: ${message}` });
  }
}

/** Reads YAML. Duplicate keys still give a value, so that other problems can be found too; other errors do not. */
export function readSource(text: string): {
  readonly source?: Source;
  readonly problems: readonly ConfigProblem[];
} {
  if (text.length > MAX_CHARS) {
    return { problems: [atStart(`expected at most ${MAX_CHARS} characters, found ${text.length}`)] };
  }
  const lines = new LineCounter();
  const place = (offset: number, path: Path, message: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), path: pathText(path), message };
  };
  let document: Document;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      merge: true,
    });
  } catch {
    return { problems: [atStart('not valid YAML: it is nested too deeply')] };
  }
  const problems = document.errors.map((error) =>
    place(error.pos[0], [], `not valid YAML: ${SYNTAX[error.code] ?? 'the text cannot be read here'}`),
  );
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { problems };
  const value = plainValue(document);
  if (!value.ok) return { problems: [...problems, place(value.error.offset, [], value.error.message)] };
  const problemAt: Source['problemAt'] = (path, message, at = 'value') =>
    place(offsetOf(document, path, at), path, message);
  return { source: { document, value: value.value, problemAt }, problems };
}
