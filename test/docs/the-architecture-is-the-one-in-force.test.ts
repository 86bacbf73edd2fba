import { existsSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { LIFE } from '../../src/exchange/life.ts';
import { read } from './documents.ts';

interface Layer {
  readonly kind: string;
  readonly what: string;
  readonly imports: readonly string[];
}

const ROOT = new URL('../../', import.meta.url);
const text = read('ARCHITECTURE.md');

let layers: Readonly<Record<string, Layer>>;
let files: Readonly<Record<string, Omit<Layer, 'kind'>>>;
beforeAll(async () => {
  const module = (await import(new URL('architecture.mjs', ROOT).href)) as {
    LAYERS: typeof layers;
    FILES: typeof files;
  };
  layers = module.LAYERS;
  files = module.FILES;
});

/** Rows of the first table whose first column is headed so, without head and rule. */
function tableBelow(head: string): string[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const rest = lines.slice(at + 2);
  return rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  );
}

describe('ARCHITECTURE.md', () => {
  it('has at most 150 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('shows the folders as architecture.mjs has them', () => {
    const rows = Object.entries(layers).map(
      ([folder, { kind, what, imports }]) =>
        `| \`src/${folder}\` | ${kind} | ${what} | ${imports.join(', ') || '–'} |`,
    );
    expect(tableBelow('folder')).toEqual(rows);
  });

  it('shows the top-level files as architecture.mjs has them', () => {
    const rows = Object.entries(files).map(
      ([file, { what, imports }]) => `| \`src/${file}\` | ${what} | ${imports.join(', ')} |`,
    );
    expect(tableBelow('file')).toEqual(rows);
    const there = readdirSync(new URL('src/', ROOT)).filter((name) => name.endsWith('.ts'));
    expect(Object.keys(files).sort()).toEqual(there.sort());
  });

  it('draws the life of an exchange as the code has it', () => {
    const rows = Object.entries(LIFE).flatMap(([from, moves]) =>
      Object.entries(moves).map(([to, who]) => `| ${from} | ${to} | ${who} |`),
    );
    expect(tableBelow('from').sort()).toEqual(rows.sort());
  });

  it('names files that are there', () => {
    const named = [...text.matchAll(/`((?:[\w-]+\/)+[\w-]+\.(?:ts|mjs|md))`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(15);
    for (const path of named) {
      const found = ['', 'src/'].some((folder) => existsSync(new URL(folder + path, ROOT)));
      expect(found ? path : `${path} is missing`).toBe(path);
    }
  });
});

it('every folder of src/ is in architecture.mjs, and the other way round', () => {
  const folders = readdirSync(new URL('src/', ROOT), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(Object.keys(layers).sort()).toEqual(folders.sort());
});
