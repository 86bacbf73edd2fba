import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayView } from '../../src/domain/view.ts';
import { ask, textOf } from './harness/asking.ts';
import { ASK, claudeEnv, readAnswer } from './harness/claude-code.ts';
import { CLAUDE_FOLDER } from './harness/places.ts';
import { run, untilGone, waitFor } from './harness/process.ts';
import { cleanUp, closeLater, gatewayProcess, homeWith, qcc } from './harness/qcc.ts';
import { configFor, TEXT, upstream } from './harness/upstreams.ts';

afterEach(cleanUp);

describe('a changed config takes effect by itself', () => {
  const inPlace = (file: string, text: string) => writeFileSync(file, text);
  const byRename = (file: string, text: string) => {
    writeFileSync(`${file}.edited`, text);
    renameSync(`${file}.edited`, file);
  };

  it.each([
    ['written in place', inPlace],
    ['renamed into place', byRename],
  ])('%s, again and again', async (_, edit) => {
    const [first, second] = [
      await upstream({ text: 'from the first' }),
      await upstream({ text: 'from the second' }),
    ];
    const gateway = await gatewayProcess(configFor([first]));
    const file = join(gateway.home, 'config.yaml');
    expect(await textOf(gateway.url)).toBe('from the first');
    for (const [model, text] of [
      [second, 'from the second'],
      [first, 'from the first'],
    ] as const) {
      edit(file, configFor([model]));
      await waitFor(text, async () => (await textOf(gateway.url)) === text);
    }
  });

  it.each([
    ['written in place', inPlace],
    ['renamed into place', byRename],
  ])('a mistake in it, %s, changes nothing and is told; mended, it is taken up', async (_, edit) => {
    const [first, second] = [
      await upstream({ text: 'from the first' }),
      await upstream({ text: 'from the second' }),
    ];
    const gateway = await gatewayProcess(configFor([first]));
    const file = join(gateway.home, 'config.yaml');
    edit(file, configFor([second]).replace('priority', 'priorty'));
    const problem = await waitFor('a problem', async () => (await gateway.view()).config.problem);
    expect(problem).toMatch(/config\.yaml:\d+:\d+/);
    expect(problem).toContain('priorty');
    await waitFor('the problem in the log', () => gateway.log().includes('priorty'));
    expect(await textOf(gateway.url)).toBe('from the first');
    expect((await qcc(gateway.home, ['proxy', 'reload'])).code).not.toBe(0);
    expect((await qcc(gateway.home, ['proxy', 'status'])).stdout).toContain('priorty');
    edit(file, configFor([second]));
    await waitFor('the second', async () => (await textOf(gateway.url)) === 'from the second');
    expect((await gateway.view()).config.problem).toBeUndefined();
    expect((await qcc(gateway.home, ['proxy', 'reload'])).code).toBe(0);
  });
});

describe('qcc claude', () => {
  const env = (home: string) => ({ ...claudeEnv(home), PATH: `${CLAUDE_FOLDER}:/usr/bin:/bin` });

  it('runs Claude Code through the gateway, with its arguments and its exit code', async () => {
    const model = await upstream({ text: TEXT });
    const gateway = await gatewayProcess(configFor([model]));
    const { code, stdout } = await qcc(gateway.home, ['claude', ...ASK], env(gateway.home));
    expect({ code, ...readAnswer(stdout) }).toEqual({ code: 0, text: TEXT, isError: false });
    expect(model.counts().charged).toBe(1);
    const wrong = await qcc(gateway.home, ['claude', '--no-such-option'], env(gateway.home));
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('--no-such-option');
  });

  it('says that Claude Code is missing: 127; that no gateway runs: 1', async () => {
    const gateway = await gatewayProcess(configFor([await upstream({ text: TEXT })]));
    const missing = await qcc(gateway.home, ['claude'], { PATH: '/nowhere' });
    expect(missing.code).toBe(127);
    const noGateway = await qcc(homeWith('# nothing\n'), ['claude', ...ASK], env(gateway.home));
    expect({ code: noGateway.code, stdout: noGateway.stdout }).toEqual({ code: 1, stdout: '' });
  });
});

describe('qcc env', () => {
  it('prints lines that a shell can evaluate, in either language', async () => {
    const gateway = await gatewayProcess(configFor([await upstream()]));
    for (const QCC_LANG of ['en', 'zh']) {
      const { stdout } = await qcc(gateway.home, ['env'], { QCC_LANG });
      const shown = 'printf "%s %s %s" "$ANTHROPIC_BASE_URL" "$OPENAI_BASE_URL" "$ANTHROPIC_AUTH_TOKEN"';
      const evaluated = await run('sh', ['-c', `set -eu\n${stdout}\n${shown}`]);
      expect(evaluated).toMatchObject({ code: 0, stdout: `${gateway.url} ${gateway.url}/v1 qcc` });
    }
  });
});

describe('a detached gateway', () => {
  it('starts, shows itself, and stops', async () => {
    const model = await upstream({ text: TEXT });
    const home = homeWith(configFor([model]));
    expect(await qcc(home, ['proxy', 'status', '--json'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"running": false'),
    });
    const started = await qcc(home, ['proxy', 'start', '--detach', '--port', '0']);
    expect(started).toMatchObject({ code: 0, signal: undefined });
    closeLater({ close: () => qcc(home, ['proxy', 'stop']) });
    const status = await qcc(home, ['proxy', 'status', '--json']);
    const view = JSON.parse(status.stdout) as GatewayView;
    const [url = ''] = view.addresses;
    expect(started.stdout).toContain(url);
    expect(await textOf(url)).toBe(TEXT);
    const { code, stdout } = await qcc(home, ['proxy', 'status']);
    expect(code).toBe(0);
    for (const shown of [String(view.pid), url, '100', model.url]) expect(stdout).toContain(shown);
    expect((await qcc(home, ['proxy', 'stop'])).code).toBe(0);
    await untilGone(view.pid);
    expect((await qcc(home, ['proxy', 'status'])).code).toBe(1);
  });
});

describe('qcc proxy logs', () => {
  it('shows the last lines, those of a level, and those of a request', async () => {
    const [bad, good] = [await upstream({ status: 503 }), await upstream({ text: TEXT })];
    const gateway = await gatewayProcess(configFor([bad, good]));
    const first = (await ask(gateway.url)).headers.get('x-qcc-request-id') ?? '';
    const second = (await ask(gateway.url)).headers.get('x-qcc-request-id') ?? '';
    const logs = async (...args: string[]): Promise<string[]> => {
      const { code, stdout } = await qcc(gateway.home, ['proxy', 'logs', ...args]);
      expect(code).toBe(0);
      return stdout.split('\n').filter((line) => line !== '');
    };
    await waitFor('the second request’s end', () => gateway.log().includes(`[${second}]`));
    const all = await waitFor('quiet', async () => {
      const [one, two] = [await logs('-n', '1000'), await logs('-n', '1000')];
      return one.length === two.length && one;
    });
    expect(await logs('-n', '3')).toEqual(all.slice(-3));
    const ofFirst = await logs('--grep', first);
    expect(ofFirst).toEqual(all.filter((line) => line.includes(first)));
    expect(ofFirst.length).toBeGreaterThan(2);
    expect(await logs('--grep', second)).not.toEqual(ofFirst);
    const warnings = await logs('--level', 'warn');
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.length).toBeLessThan(all.length);
    expect(warnings.join('\n')).toContain('503');
    const written = readFileSync(join(gateway.home, 'proxy.log'), 'utf8');
    expect(written).not.toContain('upstream-key');
    expect(written).not.toContain('client-key');
  });
});
