// Writes src/record/price-list.ts from what two published packages say of the vendors' list prices:
//   node scripts/prices.mjs && git diff src/record/price-list.ts
// The result is data under review: read the remarks and the diff before you commit it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const TARGET = new URL('../src/record/price-list.ts', import.meta.url);

/** Sections of pi-ai that are vendors' own price lists; what others resell has other prices. */
const OWN_LISTS = [
  'anthropic',
  'openai',
  'google',
  'xai',
  'deepseek',
  'moonshotai',
  'minimax',
  'mistral',
  'xiaomi',
];

/** Where the usual rule (the vendor's own section wins) gives a wrong price: [input, output, cached input] in USD. */
const DECIDED = {
  // Lowered by the vendor after one of the sources was written.
  'kimi-k2-turbo-preview': [1.15, 8, 0.15],
  // The vendor's own list price instead of a reseller's.
  'qwen-turbo': [0.05, 0.5, 0],
  // One of the sources rounds cached input to whole cents.
  'gpt-4.1-nano': [0.1, 0.4, 0.025],
  'gpt-4o-mini': [0.15, 0.6, 0.075],
  'gpt-5.1': [1.25, 10, 0.125],
  'o4-mini': [1.1, 4.4, 0.275],
};

const DATE = /-(20\d{6}|20\d\d-\d\d-\d\d)$/;

const folder = mkdtempSync(join(tmpdir(), 'prices-'));
try {
  execFileSync(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      folder,
      'llm-zoo',
      '@mariozechner/pi-ai',
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const load = (path) => import(pathToFileURL(join(folder, 'node_modules', path)).href);
  const { MODELS } = await load('@mariozechner/pi-ai/dist/models.generated.js');
  const { MODEL_CONFIGS } = await load('llm-zoo/dist/index.js');
  const prices = merge([
    OWN_LISTS.flatMap((section) =>
      Object.values(MODELS[section] ?? {}).map((model) => fromPi(model, section)),
    ),
    Object.values(MODEL_CONFIGS)
      .filter((model) => model.serviceTier === undefined)
      .map(fromZoo),
    Object.values(MODELS.openrouter)
      .filter(({ id }) => id.startsWith('qwen/'))
      .map((model) => fromPi(model, 'qwen')),
  ]);
  writeFileSync(TARGET, render(prices, new Date().toISOString().slice(0, 10)));
  console.log(`${prices.size} models written.`);
} finally {
  rmSync(folder, { recursive: true });
}

function fromPi({ id, cost }, vendor) {
  return priced(id, vendor, cost.input, cost.output, cost.cacheRead, cost.cacheWrite);
}

function fromZoo({ fullName, provider, inputPrice, outputPrice, capabilities }) {
  const factor = capabilities.cacheDiscountFactor;
  return priced(fullName, provider, inputPrice, outputPrice, factor < 1 ? inputPrice * factor : 0, 0);
}

/** USD per million tokens; 0 for a cache price says that the source knows none. */
function priced(id, vendor, input, output, cacheRead, cacheWrite) {
  const name = id.toLowerCase().replace(/^.*\//, '');
  return { name, input, output, cacheRead, cacheWrite: writePrice(name, vendor, input, cacheWrite) };
}

/** Anthropic's writes to the five-minute cache cost 1.25 × input; others that charge for writes say so themselves. */
function writePrice(name, vendor, input, said) {
  if (vendor === 'anthropic') return said >= input ? said : input * 1.25;
  return ['minimax', 'qwen'].includes(vendor) || name.startsWith('qwen') ? said : 0;
}

/** The first source that has a model wins; a disagreement of more than a percent is remarked upon. */
function merge(sources) {
  const prices = new Map();
  for (const price of sources.flat()) {
    const remark = oddity(price);
    if (remark !== undefined) {
      console.log(`left out: ${price.name}: ${remark}`);
      continue;
    }
    const before = prices.get(price.name);
    if (before === undefined) prices.set(price.name, price);
    else if (!near(before, price))
      console.log(
        `${price.name}: ${before.input}/${before.output} kept, ${price.input}/${price.output} said too`,
      );
  }
  return decided(withoutDates(prices));
}

function decided(prices) {
  for (const [name, [input, output, cacheRead]] of Object.entries(DECIDED)) {
    const price = prices.get(name);
    if (price === undefined) throw new Error(`${name} is decided on, and nobody sells it`);
    prices.set(name, { ...price, input, output, cacheRead });
  }
  return prices;
}

function near(a, b) {
  return Math.abs(a.input / b.input - 1) < 0.01 && Math.abs(a.output / b.output - 1) < 0.01;
}

function oddity({ name, input, output, cacheRead }) {
  if (name.includes(':')) return 'a variant of a reseller';
  if (!(input > 0 && output > 0)) return 'no price by tokens (free, or by subscription)';
  if (input > 200 || output > 800 || output < input / 2) return `no sane price: ${input}/${output}`;
  if (cacheRead > input) return `cached input dearer than input: ${cacheRead}/${input}`;
  return undefined;
}

/** A dated name stays only where its price differs from that of the name without a date. */
function withoutDates(prices) {
  const kept = new Map();
  const names = [...prices.keys()].sort(
    (a, b) => Number(DATE.test(a)) - Number(DATE.test(b)) || (a > b ? -1 : 1),
  );
  for (const name of names) {
    const price = prices.get(name);
    const plain = name.replace(DATE, '').replace(/-latest$/, '');
    const known = kept.get(plain);
    if (known === undefined) kept.set(plain, price);
    else if (!near(known, price)) kept.set(name, price);
  }
  return new Map([...kept].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function render(prices, version) {
  const micro = (usd) => String(Math.round(usd * 1e6)).replace(/\B(?=(\d{3})+$)/g, '_');
  const rows = [...prices].map(([name, { input, output, cacheRead, cacheWrite }]) => {
    const values = [input, output, cacheRead, cacheWrite];
    while (values.at(-1) === 0) values.pop();
    return `  ['${name}', ${values.map((usd) => (usd === 0 ? 'undefined' : micro(usd))).join(', ')}],`;
  });
  return `// Written by scripts/prices.mjs from llm-zoo and @mariozechner/pi-ai (both MIT), and reviewed. Don't edit: see there.

/** The day these list prices were gathered. */
export const PRICE_LIST_VERSION = '${version}';

/** A model's price in micro-USD per million tokens. A cache price that is missing is that of input. */
export type PriceRow = readonly [
  model: string,
  input: number,
  output: number,
  cacheRead?: number | undefined,
  cacheWrite?: number | undefined,
];

export const PRICE_LIST: readonly PriceRow[] = [
${rows.join('\n')}
];
`;
}
