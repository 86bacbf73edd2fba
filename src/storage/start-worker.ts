import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type * as Esbuild from 'esbuild';
import type { WorkerStart } from './worker-messages.ts';

/**
 * Starts the storage thread. Built, the worker's bundle lies beside this module's. From
 * source (tests, development) it is TypeScript: Node 24 runs that as it is, for Node 20 it is bundled in memory.
 */
export function startWorker(start: WorkerStart): Worker {
  // Node 22 calls node:sqlite experimental on stderr; the version is chosen with care, so it is noise.
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const options = { workerData: start, execArgv, name: 'storage' };
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./storage-worker.js', import.meta.url), options);
  }
  const source = new URL('./storage-worker.ts', import.meta.url);
  if ('typescript' in process.features && process.features.typescript) return new Worker(source, options);
  bundled ??= bundle(source);
  return new Worker(bundled, { ...options, eval: true });
}

let bundled: string | undefined;

/** The worker as one CommonJS program. A loader in the thread would do too, but takes three times as long. */
function bundle(source: URL): string {
  const requireHere = createRequire(source);
  const { buildSync } = requireHere('esbuild') as typeof Esbuild;
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(source)],
    bundle: true,
    packages: 'external',
    format: 'cjs',
    platform: 'node',
    target: 'node20.20',
    // A program without a file resolves packages from the working directory: let it be from here.
    banner: { js: `require = require('node:module').createRequire(${JSON.stringify(source.href)});` },
    supported: { 'dynamic-import': false },
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}
