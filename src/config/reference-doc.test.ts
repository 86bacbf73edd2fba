import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from './config.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly default?: unknown;
  readonly description?: string;
}

/** Every key below a node, as the reference writes it: `clusters.NAME.endpoints[].weight`. */
function keysOf(node: Node, prefix: string): Map<string, Node> {
  const keys = new Map<string, Node>();
  const addAll = (more: Map<string, Node>) => {
    for (const [key, value] of more) keys.set(key, value);
  };
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    keys.set(key, child);
    addAll(keysOf(child, key));
  }
  const { additionalProperties: other, items, anyOf = [] } = node;
  if (prefix !== '' && typeof other === 'object' && other.properties !== undefined) {
    keys.set(`${prefix}.NAME`, other);
    addAll(keysOf(other, `${prefix}.NAME`));
  }
  if (items !== undefined) addAll(keysOf(items, `${prefix}[]`));
  for (const branch of anyOf) addAll(keysOf(branch, prefix));
  return keys;
}

interface Row {
  readonly key: string;
  readonly byDefault: string;
  readonly meaning: string;
}

/** The reference's table rows: key, default, unit or values, meaning. */
function rowsOf(markdown: string): Row[] {
  return markdown.split('\n').flatMap((line) => {
    const cells = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim());
    const key = /^`([^`]+)`$/.exec(cells[0] ?? '')?.[1];
    return line.startsWith('| `') && key !== undefined
      ? [{ key, byDefault: cells[1] ?? '', meaning: cells[3] ?? '' }]
      : [];
  });
}

const schemaKeys = keysOf((await jsonSchema()) as Node, '');
const rows = rowsOf(readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8'));

describe('docs/config.md', () => {
  it('documents every key of the schema', () => {
    const documented = rows.map(({ key }) => key);
    expect([...schemaKeys.keys()].filter((key) => !documented.includes(key))).toEqual([]);
  });

  it('documents no key that does not exist, and none twice', () => {
    const documented = rows.map(({ key }) => key);
    expect(documented.filter((key) => !schemaKeys.has(key))).toEqual([]);
    expect(documented.filter((key, index) => documented.indexOf(key) !== index)).toEqual([]);
  });

  it('gives the schema’s defaults', () => {
    const expected = rows.map(({ key }) => {
      const value = schemaKeys.get(key)?.default;
      const simple = value !== undefined && typeof value !== 'object';
      return `${key}: ${simple ? `\`${value}\`` : '–'}`;
    });
    expect(rows.map(({ key, byDefault }) => `${key}: ${byDefault}`)).toEqual(expected);
  });

  it('gives each key the meaning that editors show', () => {
    const items = (key: string) => schemaKeys.get(key)?.description;
    expect(rows.map(({ key, meaning }) => `${key}: ${meaning}`)).toEqual(
      rows.map(({ key }) => `${key}: ${items(key)}`),
    );
  });

  it('covers a plausible number of keys', () => {
    expect(schemaKeys.size).toBeGreaterThan(80);
  });
});
