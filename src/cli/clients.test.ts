import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FakeGateway,
  GATEWAY,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';
import { fail, ok } from '../domain/result.ts';

const WITH_KEYS = `auth:
  keys: [{ name: laptop, key: local-secret-4711 }, { name: ci, key: local-secret-0815 }]
listen: 0.0.0.0:9999
main:
  endpoints:
    - base_url: https://a.example.com
`;

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway | undefined;

beforeEach(() => {
  folder = temporaryHome();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  folder.remove();
});

const configure = (text: string): void => writeFileSync(join(folder.home, 'config.yaml'), text);
const run = (argv: readonly string[], more = {}) => runWith(argv, folder.home, more);

describe('env', () => {
  it('points at the running gateway, with words for keys where none are set', async () => {
    gateway = await startFakeGateway(folder.home, GATEWAY);
    const { address } = gateway;
    expect(await run(['env'])).toEqual({
      code: 0,
      out: `export ANTHROPIC_BASE_URL=${address}\nexport OPENAI_BASE_URL=${address}/v1\nexport ANTHROPIC_AUTH_TOKEN=qcc\nexport OPENAI_API_KEY=qcc\n`,
      err: '',
    });
  });

  it.each([
    [{ ANTHROPIC_API_KEY: 'sk-4711', OPENAI_API_KEY: 'sk-4711' }],
    [{ ANTHROPIC_AUTH_TOKEN: 'sk-4711', OPENAI_API_KEY: 'sk-4711' }],
  ])('leaves keys alone that are set: %j', async (env) => {
    const { out } = await run(['env'], { env });
    expect(out).toBe(
      'export ANTHROPIC_BASE_URL=http://127.0.0.1:7860\nexport OPENAI_BASE_URL=http://127.0.0.1:7860/v1\n',
    );
  });

  it('names the local keys, as comments, and never prints one', async () => {
    configure(WITH_KEYS);
    const { code, out, err } = await run(['env'], { env: { OPENAI_API_KEY: 'sk-4711' } });
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'export ANTHROPIC_BASE_URL=http://127.0.0.1:9999',
      'export OPENAI_BASE_URL=http://127.0.0.1:9999/v1',
      '# The gateway asks for one of its keys (auth.keys: laptop, ci):',
      '# export ANTHROPIC_AUTH_TOKEN=your-key',
      '# export OPENAI_API_KEY=your-key',
      '',
    ]);
    expect(err).toContain('not running');
    expect(`${out}${err}`).not.toMatch(/4711|0815/);
  });
});

describe('claude', () => {
  let path: string;
  interface Call {
    readonly program: string;
    readonly args: readonly string[];
    readonly env: Record<string, string>;
  }
  const recording = (calls: Call[], exitCode = 0) => ({
    runProgram: async (program: string, args: readonly string[], env: Record<string, string>) => {
      calls.push({ program, args, env });
      return exitCode;
    },
  });

  beforeEach(async () => {
    gateway = await startFakeGateway(folder.home, GATEWAY);
    path = `/nowhere${delimiter}${folder.home}`;
    const program = join(folder.home, 'claude');
    writeFileSync(program, '');
    chmodSync(program, 0o755);
  });

  it.each([
    [['claude'], []],
    [
      ['claude', '-p', 'say --help'],
      ['-p', 'say --help'],
    ],
    [
      ['claude', '--help', '--json'],
      ['--help', '--json'],
    ],
    [['claude', '--', '--help'], ['--help']],
    [
      ['claude', 'mcp', 'list', '-h'],
      ['mcp', 'list', '-h'],
    ],
    [['claude', '--version'], ['--version']],
  ])('%j runs it with %j', async (argv, args) => {
    const calls: Call[] = [];
    expect(await run(argv, { env: { PATH: path }, ...recording(calls, 5) })).toEqual({
      code: 5,
      out: '',
      err: '',
    });
    expect(calls).toEqual([
      {
        program: join(folder.home, 'claude'),
        args,
        env: { ANTHROPIC_BASE_URL: gateway!.address, ANTHROPIC_AUTH_TOKEN: 'qcc' },
      },
    ]);
  });

  it.each([[{ ANTHROPIC_AUTH_TOKEN: 'x' }], [{ ANTHROPIC_API_KEY: 'x' }]])(
    'leaves a credential alone that is set: %j',
    async (env) => {
      const calls: Call[] = [];
      await run(['claude'], { env: { PATH: path, ...env }, ...recording(calls) });
      expect(calls[0]?.env).toEqual({ ANTHROPIC_BASE_URL: gateway!.address });
    },
  );

  it('says which key is needed where the gateway asks for one', async () => {
    configure(WITH_KEYS);
    const { code, err } = await run(['claude'], { env: { PATH: path } });
    expect(code).toBe(1);
    expect(err).toContain('auth.keys: laptop, ci');
    expect(err).not.toMatch(/4711|0815/);
  });

  it.each([
    ['is on no path', { PATH: '/nowhere' }, 0],
    ['has no path', {}, 0],
    ['went away', undefined, 127],
  ])('says how to install it where it %s', async (_where, env, exitCode) => {
    const { code, err } = await run(['claude'], { env: env ?? { PATH: path }, ...recording([], exitCode) });
    expect(code).toBe(127);
    expect(err).toContain('npm install -g @anthropic-ai/claude-code');
  });
});

describe('simulate', () => {
  const until = { interrupt: AbortSignal.abort() };

  it.each([
    [['simulate'], { host: '127.0.0.1', port: 7861 }],
    [
      ['simulate', '--host', '::1', '--port', '0', '--script', 'a.yaml'],
      { host: '::1', port: 0, scriptFile: 'a.yaml' },
    ],
  ])('%j starts it with %j', async (argv, options) => {
    const seen: unknown[] = [];
    const startSimulator = async (asked: unknown) => {
      seen.push(asked);
      return ok({ url: 'http://127.0.0.1:7861' });
    };
    expect(await run(argv, { startSimulator, ...until })).toEqual({
      code: 0,
      out: 'The simulator answers on http://127.0.0.1:7861 (end: Ctrl-C)\n',
      err: '',
    });
    expect(seen).toEqual([options]);
  });

  it('that cannot start says why', async () => {
    const startSimulator = async () => fail({ detail: 'a.yaml:1:1: what is this?' });
    expect(await run(['simulate'], { startSimulator })).toEqual({
      code: 1,
      out: '',
      err: 'qcc: a.yaml:1:1: what is this?\n',
    });
  });
});
