import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from './harness/asking.ts';
import { NPM_10, ROOT } from './harness/places.ts';
import { type Env, type Running, run, start, waitFor } from './harness/process.ts';
import { cleanUp, tempFolder } from './harness/qcc.ts';

/** What this machine says about registries and proxies, without what npm tells its own scripts. */
const REGISTRY: Env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle)|NODE_ENV|VITEST|INIT_CWD)/.test(name),
  ),
);

const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** The npm that comes with the oldest Node that QCC runs on. */
const npm = (cwd: string, args: readonly string[], env: Env = {}) =>
  run(process.execPath, [NPM_10, ...args], { cwd, env: { ...REGISTRY, ...env } });

async function succeed(ending: ReturnType<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await ending;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** The address that a started gateway says it listens on. */
const addressOf = (gateway: Running): Promise<string> =>
  waitFor('an address', () => /listens on (http:\S+)/.exec(gateway.output())?.[1]);

let checkout = '';
let installed = '';

beforeAll(async () => {
  checkout = join(tempFolder(), 'checkout');
  await succeed(run('git', ['clone', '--quiet', '--no-hardlinks', ROOT, checkout]));
  await succeed(npm(checkout, ['ci', ...QUIET]));
  const folder = tempFolder();
  await succeed(npm(checkout, ['pack', '--silent', '--pack-destination', folder]));
  installed = tempFolder();
  const [tarball] = (await succeed(run('ls', [folder]))).trim().split('\n');
  await succeed(npm(installed, ['install', ...QUIET, join(folder, tarball ?? '')]));
});

afterAll(cleanUp);

describe('a fresh checkout after `npm ci` with the npm of Node 20', () => {
  it('is built: `npx qcc` works', async () => {
    const help = await succeed(npm(checkout, ['exec', '--', 'qcc', '--help']));
    expect(help).toContain('proxy');
    expect((await succeed(npm(checkout, ['exec', '--', 'qcc', '--version']))).trim()).toMatch(
      /^\d+\.\d+\.\d+$/,
    );
  });

  it('has `npm start` answer', async () => {
    const home = join(tempFolder(), 'home');
    const gateway = start(process.execPath, [NPM_10, 'start', '--', '--port', '0'], {
      cwd: checkout,
      env: { ...REGISTRY, QCC_HOME: home },
    });
    expect((await textOf(await addressOf(gateway))).length).toBeGreaterThan(0);
    await succeed(npm(checkout, ['exec', '--', 'qcc', 'proxy', 'stop'], { QCC_HOME: home }));
    expect((await gateway.ended).code).toBe(0);
  });

  it('leaves the checkout as it was', async () => {
    expect(await succeed(run('git', ['status', '--porcelain'], { cwd: checkout }))).toBe('');
  });
});

describe('the packed program, installed in an empty folder', () => {
  it('holds what it needs, and no more', async () => {
    const folder = join(installed, 'node_modules/qcc');
    const files = (await succeed(run('ls', [folder]))).trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(['bin', 'dist', 'package.json']));
    expect(files).not.toContain('src');
    expect(existsSync(join(installed, 'node_modules/vitest'))).toBe(false);
  });

  it('runs as `npx qcc`: help, and a gateway that answers', async () => {
    expect(await succeed(npm(installed, ['exec', '--', 'qcc', '--help']))).toContain('proxy');
    const home = join(tempFolder(), 'home');
    const bin = join(installed, 'node_modules/.bin/qcc');
    const gateway = start(bin, ['proxy', 'start', '--port', '0'], { env: { QCC_HOME: home } });
    const url = await addressOf(gateway);
    expect((await textOf(url)).length).toBeGreaterThan(0);
    const { stdout } = await run(bin, ['proxy', 'status', '--json'], { env: { QCC_HOME: home } });
    expect(JSON.parse(stdout)).toMatchObject({ successes: 1, failures: 0 });
    gateway.child.kill('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
  });
});
