// Bundles src/ into dist/ (one entry for the program, one for the storage worker), and dashboard/ into dist/dashboard.
// Libraries stay outside the bundle, so that `npm audit` and the lock file speak for them.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { build as buildPage } from 'vite';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts', 'storage-worker': 'src/storage/storage-worker.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.20',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
});
await buildPage({ configFile: 'dashboard/vite.config.ts' });
