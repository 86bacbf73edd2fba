import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { textOf } from './harness/asking.ts';
import { NODE_24 } from './harness/places.ts';
import { start, waitFor } from './harness/process.ts';
import { cleanUp, closeLater, gatewayProcess, homeWith, qcc, tempFolder } from './harness/qcc.ts';
import { configFor, TEXT, upstream } from './harness/upstreams.ts';

afterEach(cleanUp);

/** Permission bits of a file. */
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** A port that somebody else listens on. */
async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({ close: () => new Promise((resolve) => server.close(resolve)) });
  return (server.address() as AddressInfo).port;
}

describe('a gateway that can’t start says why, in one go', () => {
  it('a port in use: exit code 1', async () => {
    const port = await takenPort();
    const home = homeWith(configFor([{ url: 'http://127.0.0.1:9' }]));
    const { code, stderr } = await qcc(home, ['proxy', 'start', '--port', String(port)]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`127.0.0.1:${port}`) });
    expect(stderr).toContain('in use');
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(home, 'proxy.pid'))).toBe(false);
  });

  it.each([
    ['under a regular file', (folder: string) => join(folder, 'file', 'home')],
    ['that is a regular file', (folder: string) => join(folder, 'file')],
  ])('a home %s: exit code 1', async (_, homeIn) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'file'), '');
    const home = homeIn(folder);
    const { code, stderr } = await qcc(home, ['proxy', 'start', '--port', '0'], { HOME: folder });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(home) });
    expect(stderr).toContain('QCC_HOME');
    expect(stderr).not.toContain('    at ');
  });

  it('a database that is none: exit code 1', async () => {
    const home = homeWith(configFor([{ url: 'http://127.0.0.1:9' }]));
    mkdirSync(join(home, 'qcc.db'));
    const { code, stderr } = await qcc(home, ['proxy', 'start', '--port', '0']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('qcc.db') });
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['an unknown key', 'main:\n  endpoints:\n    - base_url: https://a.example\n      wieght: 3\n', ':4:7'],
    ['a wrong scheme', 'main:\n  endpoints:\n    - base_url: ftp://a.example\n', ':3:17'],
    ['no YAML', 'main: [\n', ':'],
  ])('%s in its config: exit code 2, with line and column', async (_, config, place) => {
    const home = homeWith(config);
    const { code, stderr } = await qcc(home, ['proxy', 'start', '--port', '0']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(new RegExp(`config\\.yaml${place}.*\\d`)),
    });
    const checked = await qcc(home, ['config', 'check']);
    expect(checked.code).toBe(2);
    const detached = await qcc(home, ['proxy', 'start', '--detach', '--port', '0']);
    expect(detached.code).toBe(2);
  });

  it('a second gateway on the same home: exit code 1, and the first one goes on', async () => {
    const model = await upstream({ text: TEXT });
    const gateway = await gatewayProcess(configFor([model]));
    const { code, stderr } = await qcc(gateway.home, ['proxy', 'start', '--port', '0']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(String(gateway.pid)) });
    expect(await textOf(gateway.url)).toBe(TEXT);
  });
});

describe('a gateway that starts', () => {
  it('keeps its home to its user', async () => {
    const model = await upstream({ text: TEXT });
    const home = homeWith(configFor([model]));
    await gatewayProcess(undefined, { home });
    expect(mode(home)).toBe('700');
    for (const file of ['config.yaml', 'proxy.pid', 'proxy.log', 'qcc.db']) {
      const path = join(home, file);
      await waitFor(file, () => existsSync(path));
      expect(mode(path), file).toBe('600');
    }
  });

  it('answers without any config, from the simulator, and says how to get one', async () => {
    const gateway = await gatewayProcess(undefined);
    await waitFor('the way to a config', () => gateway.output().includes('qcc init'));
    expect((await textOf(gateway.url)).length).toBeGreaterThan(0);
    expect((await gateway.view()).config.demo).toBe(true);
  });

  it('is not kept from it by the pid file of a gateway that was killed', async () => {
    const model = await upstream({ text: TEXT });
    const killed = await gatewayProcess(configFor([model]));
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    expect(readFileSync(join(killed.home, 'proxy.pid'), 'utf8')).toContain(String(killed.pid));
    const gateway = await gatewayProcess(undefined, { home: killed.home });
    expect(await textOf(gateway.url)).toBe(TEXT);
  });

  it('nor by one whose process id has gone to another program', async () => {
    const model = await upstream({ text: TEXT });
    const home = homeWith(configFor([model]));
    const other = start('sleep', ['60']);
    writeFileSync(join(home, 'proxy.pid'), `${other.pid}\nhttp://127.0.0.1:9\n`);
    const gateway = await gatewayProcess(undefined, { home });
    expect(await textOf(gateway.url)).toBe(TEXT);
    expect((await qcc(home, ['proxy', 'stop'])).code).toBe(0);
    expect((await gateway.ended).code).toBe(0);
    expect(other.child.exitCode ?? other.child.signalCode).toBe(null);
  });

  it('runs on a newer Node, with its database', async () => {
    const model = await upstream({ text: TEXT });
    const gateway = await gatewayProcess(configFor([model]), { node: NODE_24 });
    expect(await textOf(gateway.url)).toBe(TEXT);
    gateway.child.kill('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
    const again = await gatewayProcess(undefined, { home: gateway.home });
    expect((await again.view()).lifetime.requests).toBe(1);
  });
});

describe('qcc init', () => {
  it('refers to the vendors’ variables and copies none of them', async () => {
    const home = homeWith();
    const env = { ANTHROPIC_API_KEY: 'sk-ant-very-secret', OPENAI_BASE_URL: 'https://relay.example/v1' };
    expect((await qcc(home, ['init'], env)).code).toBe(0);
    const file = join(home, 'config.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/\$\{ANTHROPIC_API_KEY\}/);
    expect(text).toMatch(/\$\{OPENAI_BASE_URL\}/);
    expect(text).not.toContain('very-secret');
    expect(text).not.toContain('relay.example');
    expect([mode(home), mode(file)]).toEqual(['700', '600']);
    expect((await qcc(home, ['config', 'check'], env)).code).toBe(0);
    expect((await qcc(home, ['config', 'path'])).stdout.trim()).toBe(file);
  });

  it('does not write over a config that is there', async () => {
    const home = homeWith('# mine\n');
    expect((await qcc(home, ['init'])).code).toBe(1);
    expect(readFileSync(join(home, 'config.yaml'), 'utf8')).toBe('# mine\n');
  });
});
