import { Worker } from 'node:worker_threads';

/**
 * Starts the storage thread for `file`. Built, the worker's bundle lies beside this module's. From
 * source (tests, development) it is TypeScript: Node 24 runs that as it is, Node 20 through tsx.
 */
export function startWorker(file: string): Worker {
  // Node 22 calls node:sqlite experimental on stderr; the version is chosen with care, so it is noise.
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const options = { workerData: { file }, execArgv, name: 'storage' };
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./storage-worker.js', import.meta.url), options);
  }
  const source = new URL('./storage-worker.ts', import.meta.url);
  if ('typescript' in process.features && process.features.typescript) return new Worker(source, options);
  return new Worker(viaTsx(source), { ...options, eval: true });
}

/** A CommonJS program for a thread: registers tsx there, then runs `source`. */
function viaTsx(source: URL): string {
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return `import(${tsx}).then(({ register }) => { register(); return import(${JSON.stringify(source.href)}); });`;
}
