import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FakeGateway,
  GATEWAY,
  runWith,
  startFakeGateway,
  temporaryHome,
  writePidFile,
} from '../../test/doubles/fake-gateway.ts';
import { fail, ok } from '../domain/result.ts';
import { birthOf } from './pid-file.ts';
import type { StartOptions } from './ports.ts';

/** A gateway's outside as a process of its own: answers status, ends a while after a stop. */
const GATEWAY_PROCESS = `
  const { createServer } = require('node:http');
  const { writeFileSync } = require('node:fs');
  let running = 2;
  const server = createServer((request, response) => {
    const stop = request.url === '/__qcc__/stop';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(stop ? { draining: true } : { pid: process.pid, running, endpoints: [] }));
    if (stop) { running = 1; setTimeout(() => process.exit(0), 400); }
  });
  server.listen(0, '127.0.0.1', () => {
    const address = 'http://127.0.0.1:' + server.address().port;
    writeFileSync(process.argv[1] + '/proxy.pid', process.pid + '\\n' + address + '\\n');
    console.log('up');
  });
`;

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway | undefined;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = temporaryHome();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await gateway?.close();
  gateway = undefined;
  folder.remove();
});

const run = (line: string, more = {}) => runWith(line.split(' '), folder.home, more);

/** Runs code in a process of its own; `words` stand in its command line. */
function start(code: string, ...words: string[]): ChildProcess {
  const child = spawn(process.execPath, ['-e', code, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
}

async function deadPid(): Promise<number> {
  const child = start('');
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid!;
}

/** An address at which nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const NEEDS_GATEWAY = [
  'proxy status',
  'proxy stop',
  'proxy reload',
  'endpoint test',
  'health test',
  'health history x',
  'queue list',
  'queue verify',
  'queue clear',
  'exchange list',
  'exchange cancel x',
  'claude',
];

describe('without a running gateway', () => {
  it.each(NEEDS_GATEWAY)('%s says how to start one and ends with 1', async (line) => {
    expect(await run(line)).toEqual({
      code: 1,
      out: '',
      err: 'qcc: The gateway is not running. Start it: qcc proxy start\n',
    });
  });

  it('proxy status --json says so in JSON', async () => {
    const { code, out } = await run('proxy status --json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ running: false });
  });

  it.each(['cluster list', 'endpoint list', 'health status'])('%s shows the config instead', async (line) => {
    writeFileSync(
      join(folder.home, 'config.yaml'),
      'main:\n  endpoints:\n    - base_url: https://a.example.com\n',
    );
    const { code, out, err } = await run(line);
    expect(code).toBe(0);
    expect(out).toMatch(/main|a\.example\.com/);
    expect(err).toBe('The gateway is not running; this is what the config says. Health is unknown.\n');
    expect(JSON.stringify(JSON.parse((await run(`${line} --json`)).out))).toContain('"health":"unknown"');
  });

  it.each(['cluster list', 'endpoint list', 'health status'])(
    '%s without a config points at init',
    async (line) => {
      const { code, out, err } = await run(line);
      expect({ code, out }).toEqual({ code: 0, out: '' });
      expect(err).toContain('qcc init');
      expect(JSON.parse((await run(`${line} --json`)).out)).toBeTruthy();
    },
  );

  it('a broken config ends listings with 2', async () => {
    writeFileSync(join(folder.home, 'config.yaml'), 'colour: red\n');
    const { code, err } = await run('endpoint list');
    expect(code).toBe(2);
    expect(err).toContain('config.yaml:1:1: ');
  });
});

describe('proxy.pid', () => {
  it.each([[''], ['nonsense'], ['12\n'], ['12\nftp://127.0.0.1:1\n'], ['-1\nhttp://127.0.0.1:1\n']])(
    'that holds %j counts as absent',
    async (text) => {
      writeFileSync(join(folder.home, 'proxy.pid'), text);
      expect((await run('proxy status')).err).toContain('The gateway is not running. Start it');
    },
  );

  it('of a process that is gone is left over', async () => {
    const pid = await deadPid();
    writePidFile(folder.home, pid, await deadAddress());
    const { code, err } = await run('proxy status');
    expect(code).toBe(1);
    expect(err).toContain(`proxy.pid is left over from process ${pid}`);
  });

  it('of a living process is left over when another one answers at its address', async () => {
    gateway = await startFakeGateway(folder.home, { ...GATEWAY, pid: process.pid + 1 });
    writePidFile(folder.home, process.pid, gateway.address);
    expect((await run('proxy stop')).err).toContain(`left over from process ${process.pid}`);
    expect(gateway.asked).toEqual([]);
  });

  it('of a living process that does not answer is told apart', async () => {
    writePidFile(folder.home, process.pid, await deadAddress());
    const { code, err } = await run('proxy status');
    expect(code).toBe(1);
    expect(err).toContain(`Process ${process.pid} is there, but`);
    expect(err).toContain('ECONNREFUSED');
  });

  it('at whose address something else answers is not taken for a gateway', async () => {
    gateway = await startFakeGateway(folder.home, GATEWAY);
    gateway.answers.set('GET status', [404, { message: 'not here' }]);
    expect((await run('proxy status')).err).toContain('HTTP 404 that is not from the admin API');
  });
});

describe('the admin token', () => {
  beforeEach(async () => {
    gateway = await startFakeGateway(folder.home, GATEWAY);
    gateway.answers.set('GET queue', []);
    gateway.token = 'token-of-the-admin';
  });

  it('is taken from QCC_ADMIN_TOKEN', async () => {
    expect(await run('queue list', { env: { QCC_ADMIN_TOKEN: 'token-of-the-admin' } })).toMatchObject({
      code: 0,
    });
  });

  it('is taken from the config', async () => {
    const config =
      'admin: { token: token-of-the-admin }\nmain:\n  endpoints:\n    - base_url: https://a.example.com\n';
    writeFileSync(join(folder.home, 'config.yaml'), config);
    expect(await run('queue list')).toMatchObject({ code: 0 });
  });

  it.each([[{}], [{ QCC_ADMIN_TOKEN: 'wrong-token' }]])(
    'that is missing or wrong is an error: %j',
    async (env) => {
      const { code, out, err } = await run('queue list', { env });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('a token is needed');
      expect(err).toContain('QCC_ADMIN_TOKEN');
      expect(err).not.toMatch(/token-of-the-admin|wrong-token/);
    },
  );

  it('keeps a second gateway from starting, even where it is not known', async () => {
    expect(await run('proxy start')).toMatchObject({
      code: 1,
      err: expect.stringContaining('running already'),
    });
  });
});

describe('proxy start', () => {
  const address = 'http://127.0.0.1:7860';
  const started = (seen: StartOptions[], demo: boolean) => ({
    startGateway: async (options: StartOptions) => {
      seen.push(options);
      return ok({ addresses: [address, 'http://[::1]:7860'], demo, stopped: Promise.resolve(7) });
    },
  });

  it.each(['en', 'zh'] as const)('in %s tells about the demo cluster', async (language) => {
    const { code, out, err } = await run('proxy start', { language, ...started([], true) });
    expect({ code, err }).toEqual({ code: 7, err: '' });
    const shown = out.replaceAll(folder.home, '/home/user/.qcc');
    await expect(shown).toMatchFileSnapshot(`./golden/${language}/proxy-start-demo.txt`);
  });

  it('passes its options on and names the config file', async () => {
    const seen: StartOptions[] = [];
    const { out } = await run('proxy start --host ::1 --port 0 --cluster spare', started(seen, false));
    const configFile = join(folder.home, 'config.yaml');
    expect(seen).toEqual([{ configFile, host: '::1', port: 0, cluster: 'spare' }]);
    expect(out).toBe(
      `QCC listens on ${address}\nQCC listens on http://[::1]:7860\nConfig: ${configFile}\nStop: Ctrl-C, or qcc proxy stop\n`,
    );
  });

  it('that fails says why, with the exit code it was given', async () => {
    const startGateway = async () => fail({ detail: 'port 7860 is in use', exitCode: 2 });
    expect(await run('proxy start', { startGateway })).toEqual({
      code: 2,
      out: '',
      err: 'qcc: port 7860 is in use\n',
    });
  });

  it.each(['proxy start', 'proxy start --detach'])('"%s" beside a running one says so', async (line) => {
    gateway = await startFakeGateway(folder.home, GATEWAY);
    const { code, err } = await run(line);
    expect(code).toBe(1);
    expect(err).toBe(`qcc: The gateway is running already (process ${process.pid}, ${gateway.address}).\n`);
  });

  it('is not kept from it by a pid file that is left over', async () => {
    writePidFile(folder.home, await deadPid(), await deadAddress());
    expect((await run('proxy start', started([], false))).code).toBe(7);
  });

  it('is not kept from it by a pid that belongs to somebody else now', async () => {
    const other = start('setInterval(() => {}, 1000)');
    writePidFile(folder.home, other.pid!, await deadAddress());
    expect((await run('proxy start', started([], false))).code).toBe(7);
  });
});

describe('proxy start --detach', () => {
  it('waits until the gateway answers', async () => {
    const words: (readonly string[])[] = [];
    const spawnDetached = (argv: readonly string[]): number => {
      words.push(argv);
      return start(GATEWAY_PROCESS, folder.home, 'qcc').pid!;
    };
    const { code, out, err } = await run('proxy start --detach --port 0 --cluster spare', { spawnDetached });
    expect(code).toBe(0);
    expect(words).toEqual([['proxy', 'start', '--port', '0', '--cluster', 'spare']]);
    const pid = children[0]!.pid;
    expect(err).toBe(`Starting (process ${pid})…\n`);
    expect(out).toMatch(new RegExp(`^QCC runs in process ${pid} and listens on http://127.0.0.1:\\d+\n$`));
  });

  it('shows what was logged when the process ends instead', async () => {
    const lines = ['old line'];
    const spawnDetached = (): number => {
      lines.push('port 7860 is in use');
      return start('').pid!;
    };
    const { code, out, err } = await run('proxy start --detach', {
      spawnDetached,
      readLogTail: () => [...lines],
    });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('The gateway did not start.');
    expect(err).toContain('port 7860 is in use');
    expect(err).not.toContain('old line');
  });

  it('does not even try with a broken config', async () => {
    writeFileSync(join(folder.home, 'config.yaml'), 'colour: red\n');
    const { code, err } = await run('proxy start --detach');
    expect(code).toBe(2);
    expect(err).toContain('config.yaml:1:1: ');
  });
});

describe('proxy stop', () => {
  it('waits until the process is gone and shows what it waits for', async () => {
    const child = start(GATEWAY_PROCESS, folder.home, 'qcc');
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    const { code, out, err } = await run('proxy stop');
    expect({ code, out }).toEqual({ code: 0, out: `The gateway (process ${child.pid}) has ended.\n` });
    expect(err).toContain('Waiting for running requests: 1\n');
    expect(child.exitCode ?? 0).toBe(0);
  });

  it('sends a signal to a gateway that does not answer', async () => {
    const child = start('setInterval(() => {}, 1000); console.log("up")', 'any', 'name');
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    writePidFile(folder.home, child.pid!, await deadAddress(), birthOf(child.pid!));
    const { code, out, err } = await run('proxy stop');
    expect({ code, out }).toEqual({ code: 0, out: `The gateway (process ${child.pid}) has ended.\n` });
    expect(err).toContain(`sending SIGTERM to process ${child.pid}`);
    expect(await ended).toBe('SIGTERM');
  });

  it('goes by the command line where the file does not say when its process was born', async () => {
    const words = ['/opt/qcc/bin/qcc.js', 'proxy', 'start'];
    const child = start('setInterval(() => {}, 1000); console.log("up")', ...words);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    writePidFile(folder.home, child.pid!, await deadAddress());
    expect((await run('proxy stop')).code).toBe(0);
    expect(child.signalCode).toBe('SIGTERM');
  });

  it.each<[string, string[], string?]>([
    ['that is not a gateway', []],
    ['that has its files open', ['/home/me/.qcc/config.yaml']],
    ['of the same id that was born later', ['/opt/qcc/bin/qcc.js', 'proxy', 'start'], 'boot 1'],
  ])('never signals a process %s', async (_name, words, birth) => {
    const child = start('setInterval(() => {}, 1000); console.log("up")', ...words);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    writePidFile(folder.home, child.pid!, await deadAddress(), birth);
    const { code, err } = await run('proxy stop');
    expect(code).toBe(1);
    expect(err).toContain('left over');
    expect(child.signalCode).toBeNull();
    expect(child.exitCode).toBeNull();
  });
});

describe('proxy logs', () => {
  const log = (): string => join(folder.home, 'proxy.log');

  it.each([
    ['proxy logs', { lines: 50 }],
    ['proxy logs -n 7 --level warn --grep req-1', { lines: 7, level: 'warn', grep: 'req-1' }],
  ])('%s asks for %j', async (line, options) => {
    writeFileSync(log(), '');
    const readLogTail = (file: string, asked: unknown): string[] => [file, JSON.stringify(asked)];
    const { code, out } = await run(line, { readLogTail });
    expect({ code, out }).toEqual({ code: 0, out: `${log()}\n${JSON.stringify(options)}\n` });
  });

  it('without a log says so', async () => {
    expect(await run('proxy logs')).toEqual({
      code: 1,
      out: '',
      err: `qcc: There is no log yet: ${log()}\n`,
    });
    expect(existsSync(log())).toBe(false);
  });

  it('-f goes on with the lines that fit until it is interrupted', async () => {
    const interrupt = new AbortController();
    let closed = false;
    const { code, out } = await run('proxy logs -f --grep b', {
      interrupt: interrupt.signal,
      readLogTail: () => ['b1'],
      lineFilter:
        ({ grep }: { grep?: string }) =>
        (line: string) =>
          line.includes(grep ?? ''),
      followLog: (_file: string, onLine: (line: string) => void) => {
        for (const line of ['a2', 'b2', 'b3']) onLine(line);
        setImmediate(() => interrupt.abort());
        return {
          close: () => {
            closed = true;
          },
        };
      },
    });
    expect({ code, out, closed }).toEqual({ code: 0, out: 'b1\nb2\nb3\n', closed: true });
  });
});
