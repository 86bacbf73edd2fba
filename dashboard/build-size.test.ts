import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** What the whole dashboard may weigh on its way to a browser. */
const MOST_GZIP_BYTES = 60_000;

let folder = '';
const files = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
  const configFile = fileURLToPath(new URL('./vite.config.ts', import.meta.url));
  // The libraries are larger where this says test.
  vi.stubEnv('NODE_ENV', 'production');
  await build({ configFile, build: { outDir: folder, emptyOutDir: true } });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path, 'utf8'));
  }
}, 60_000);

afterAll(() => {
  vi.unstubAllEnvs();
  return rm(folder, { recursive: true, force: true });
});

describe('the built dashboard', () => {
  it('weighs 60 KB at most', () => {
    const weights = [...files].map(([name, text]) => [name, gzipSync(text).length] as const);
    const all = weights.reduce((sum, [, weight]) => sum + weight, 0);
    expect(weights.length).toBeGreaterThanOrEqual(3);
    expect(all, JSON.stringify(weights)).toBeLessThanOrEqual(MOST_GZIP_BYTES);
  });

  it('is a page and assets with their hash in the name, and nothing else', () => {
    const others = [...files.keys()].filter((name) => !/^assets\/[\w-]+-[\w-]{8}\.(js|css|svg)$/.test(name));
    expect(others).toEqual(['index.html']);
  });

  it('has no inline script or style, and no address but its own', () => {
    const page = files.get('index.html') ?? '';
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:|data:/i);
    const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThanOrEqual(3);
    for (const address of addresses) expect(address).toMatch(/^\.\/assets\//);
  });

  it('asks nobody else for anything', () => {
    const named = [...files.values()].flatMap((text) => text.match(/https?:\/\/[\w.-]+/g) ?? []);
    // Names of XML namespaces, which nothing is fetched from.
    expect([...new Set(named)].filter((address) => address !== 'http://www.w3.org')).toEqual([]);
    for (const [name, text] of files) if (name.endsWith('.css')) expect(text).not.toMatch(/@import|url\(/);
  });
});
