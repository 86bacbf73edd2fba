import type { Document, LineCounter } from 'yaml';
import * as yaml from 'yaml';
import { type Glob, globOf } from '../domain/glob.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { PRICE_LIST, PRICE_LIST_VERSION } from './price-list.ts';

/** What a model costs: integer micro-USD per million tokens. A cache price that is absent is that of input. */
export interface Price {
  readonly inputMicroUsdPerMTok: number;
  readonly outputMicroUsdPerMTok: number;
  readonly cacheReadMicroUsdPerMTok?: number;
  readonly cacheWriteMicroUsdPerMTok?: number;
}

export interface PriceBook {
  /** Which prices these are, for people: `2026-11-21`, with `+ prices.yaml` where that overrides some. */
  readonly version: string;
  /** Undefined: unknown, which is not 0. */
  priceOf(model: string): Price | undefined;
}

/** What is wrong with a `prices.yaml`, in words. */
export interface PriceProblem {
  readonly detail: string;
  readonly line?: number;
}

/** Longer names are nobody's model, and not worth matching. */
const NAME_MAX = 256;

/** The vendors' list prices as shipped. */
export function builtInPrices(): PriceBook {
  const prices = new Map<string, Price>(
    PRICE_LIST.map(([model, input, output, cacheRead, cacheWrite]) => [
      model,
      {
        inputMicroUsdPerMTok: input,
        outputMicroUsdPerMTok: output,
        ...(cacheRead === undefined ? {} : { cacheReadMicroUsdPerMTok: cacheRead }),
        ...(cacheWrite === undefined ? {} : { cacheWriteMicroUsdPerMTok: cacheWrite }),
      },
    ]),
  );
  return {
    version: PRICE_LIST_VERSION,
    priceOf(model) {
      for (const name of namesOf(model)) {
        const price = prices.get(name);
        if (price !== undefined) return price;
      }
      return undefined;
    },
  };
}

/**
 * The names a model's price may be listed under, most exact first: lower case, then without what resellers and
 * clients put around it (`anthropic/…`, `us.anthropic.…-v1:0`, `…@20250929`, `…[1m]`), then without date and `-latest`.
 * `anthropic/claude-opus-4.5` is the vendor's `claude-opus-4-5`.
 */
function namesOf(model: string): readonly string[] {
  if (model.length > NAME_MAX) return [];
  const known = namesKnown.get(model);
  if (known !== undefined) return known;
  // Names come from clients: they must not pile up.
  if (namesKnown.size >= NAMES_KNOWN_MAX) namesKnown.clear();
  const names = namesFor(model);
  namesKnown.set(model, names);
  return names;
}

const NAMES_KNOWN_MAX = 1_000;
const namesKnown = new Map<string, readonly string[]>();

function namesFor(model: string): readonly string[] {
  const given = model.toLowerCase();
  const bare = given
    .replace(/^.*\//, '')
    .replace(/\[[^\]]*\]$/, '')
    .replace(/^(?:[a-z]{2,6}\.)?anthropic\./, '')
    .replace(/-v\d+(?::\d+)?$/, '')
    .replace('@', '-')
    .replace(/:thinking$/, '');
  const dashed = bare.startsWith('claude-') ? bare.replace(/(\d)\.(\d)/g, '$1-$2') : bare;
  const undated = dashed.replace(/-latest$/, '').replace(/-(?:20\d{6}|20\d\d-\d\d-\d\d)$/, '');
  return [...new Set([given, dashed, undated])];
}

interface PriceRule {
  readonly fits: Glob;
  readonly price: Price;
}

/**
 * Prices of `prices.yaml` over those of `book`. The first entry that fits wins, for the model's name as it is and
 * for the names it is known under. Its shape, with prices in micro-USD per million tokens ($3 = 3000000):
 *
 *     models:
 *       - match: claude-*
 *         inputMicroUsdPerMTok: 3000000
 *         outputMicroUsdPerMTok: 15000000
 */
export function overlayPrices(book: PriceBook, yamlText: string): Result<PriceBook, PriceProblem> {
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(yamlText, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    const detail = `not YAML: ${(error.message.split('\n')[0] ?? '').replace(/ at line \d+.*$/, '')}`;
    return fail({ detail, ...(line === undefined ? {} : { line }) });
  }
  const read = readRules(document, lines);
  if (!read.ok) return read;
  const { rules, version } = read.value;
  return ok({
    version: `${book.version} + ${version ?? 'prices.yaml'}`,
    priceOf(model) {
      const names = namesOf(model);
      return rules.find(({ fits }) => names.some(fits))?.price ?? book.priceOf(model);
    },
  });
}

type Read<T> = Result<T, PriceProblem>;

const PRICE_KEYS: readonly (keyof Price)[] = [
  'inputMicroUsdPerMTok',
  'outputMicroUsdPerMTok',
  'cacheReadMicroUsdPerMTok',
  'cacheWriteMicroUsdPerMTok',
];
const REQUIRED = ['match', 'inputMicroUsdPerMTok', 'outputMicroUsdPerMTok'];

function readRules(document: Document, lines: LineCounter): Read<{ rules: PriceRule[]; version?: string }> {
  if (document.contents === null) return ok({ rules: [] });
  const problem = (node: unknown, detail: string): Read<never> => {
    const offset = yaml.isNode(node) ? node.range?.[0] : undefined;
    return fail({ detail, ...(offset === undefined ? {} : { line: lines.linePos(offset).line }) });
  };
  const top = keysOf(document.contents, ['version', 'models'], problem);
  if (!top.ok) return top;
  const models = top.value.get('models');
  if (models !== undefined && !yaml.isSeq(models)) return problem(models, 'models: a list is needed');
  const rules: PriceRule[] = [];
  for (const item of models?.items ?? []) {
    const rule = readRule(item, problem);
    if (!rule.ok) return rule;
    rules.push(rule.value);
  }
  const version = top.value.get('version');
  return ok({ rules, ...(yaml.isScalar(version) ? { version: String(version.value) } : {}) });
}

type Problem = (node: unknown, detail: string) => Read<never>;

function keysOf(node: unknown, known: readonly string[], problem: Problem): Read<Map<string, unknown>> {
  if (!yaml.isMap(node)) return problem(node, `a mapping with ${known.join(', ')} is needed`);
  const values = new Map<string, unknown>();
  for (const { key, value } of node.items) {
    const name = String(yaml.isScalar(key) ? key.value : key);
    if (!known.includes(name)) return problem(key, `unknown key ${name}; known are ${known.join(', ')}`);
    values.set(name, value);
  }
  return ok(values);
}

function readRule(item: unknown, problem: Problem): Read<PriceRule> {
  const keys = keysOf(item, ['match', ...PRICE_KEYS], problem);
  if (!keys.ok) return keys;
  const missing = REQUIRED.find((key) => !keys.value.has(key));
  if (missing !== undefined) return problem(item, `${missing} is missing`);
  const match = scalarOf(keys.value.get('match'));
  if (typeof match !== 'string' || match === '' || match.length > NAME_MAX)
    return problem(keys.value.get('match'), 'match: the name of a model is needed, * standing for anything');
  const price: Partial<Record<keyof Price, number>> = {};
  for (const key of PRICE_KEYS) {
    const node = keys.value.get(key);
    if (node === undefined) continue;
    const value = scalarOf(node);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      return problem(node, `${key}: whole micro-USD per million tokens are needed ($3 = 3000000)`);
    price[key] = value;
  }
  return ok({ fits: globOf(match), price: price as Price });
}

const scalarOf = (node: unknown): unknown => (yaml.isScalar(node) ? node.value : undefined);
