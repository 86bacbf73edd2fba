import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CLAUDE, ROOT } from './places.ts';

/** Tests of the built program are worth nothing on an old build. */
export default function build(): void {
  if (!existsSync(CLAUDE)) throw new Error('the clients are missing: npm ci --prefix test/e2e');
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, stdio: 'inherit' });
}
