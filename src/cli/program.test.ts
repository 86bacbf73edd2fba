import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWith, temporaryHome } from '../../test/doubles/fake-gateway.ts';
import { COMMANDS, GROUPS } from './command-list.ts';
import { TEXTS } from './texts.ts';
import { widthOf } from './width.ts';

let folder: ReturnType<typeof temporaryHome>;
beforeAll(() => {
  folder = temporaryHome();
});
afterAll(() => folder.remove());

const run = (argv: readonly string[], language: 'en' | 'zh' = 'en') =>
  runWith(argv, folder.home, { language });
const PATHS = ['', ...Object.keys(GROUPS), ...COMMANDS.map(({ path }) => path)];

describe.each(['en', 'zh'] as const)('help in %s', (language) => {
  it.each(PATHS)('of "qcc %s" has an example and fits 80 columns', async (path) => {
    const argv = [...path.split(' ').filter((word) => word !== ''), '--help'];
    const { code, out, err } = await run(argv, language);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`${TEXTS[language].examples}\n  qcc `);
    for (const line of out.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });

  it('names every command', async () => {
    const pages = await Promise.all(
      ['', ...Object.keys(GROUPS)].map((group) =>
        run([...group.split(' ').filter((word) => word !== ''), '--help'], language),
      ),
    );
    const all = pages.map(({ out }) => out).join('\n');
    for (const { path, about } of COMMANDS) {
      expect(all).toContain(`\n  ${path.split(' ').at(-1)}`);
      // Long ones are wrapped.
      expect(all).toContain(TEXTS[language][about].slice(0, 12));
    }
  });
});

it('help in Chinese has no English words of the library’s own', async () => {
  const { out } = await run(['endpoint', '--help'], 'zh');
  expect(out).not.toMatch(/Usage|Options|Commands|Arguments|display help|\[options\]|\[command\]/);
  expect(out).toContain('用法： qcc endpoint [选项] [命令]');
});

it.each([[[]], [['help']]])('%j shows the help', async (argv) => {
  expect(await run(argv)).toMatchObject({ code: 0, out: expect.stringContaining('Usage: qcc'), err: '' });
});

it('--version prints the version', async () => {
  expect(await run(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
});

describe('mistakes on the command line end with 2', () => {
  it.each([
    ['prox', 'unknown command prox (did you mean proxy?)\nSee: qcc --help', '未知命令 prox'],
    ['proxy begin', 'unknown command begin\nSee: qcc proxy --help', '未知命令 begin'],
    [
      'proxy status --jsn',
      'unknown option --jsn (did you mean --json?)\nSee: qcc proxy status --help',
      '未知选项',
    ],
    ['cluster add', 'missing argument name\nSee: qcc cluster add --help', '缺少参数 name'],
    ['cluster list a b', 'too many arguments\nSee: qcc cluster list --help', '参数过多'],
    ['proxy logs --grep', 'option --grep <text> needs a value', '选项 --grep <text> 需要一个值'],
    ['proxy start --port 70000', 'option --port: "70000" is not valid; expected a port', '端口号'],
    ['simulate --port -1', 'option --port: "-1" is not valid', '端口号'],
    ['proxy logs -n 0', 'option --lines: "0" is not valid; expected a whole number from 1 on', '从 1 开始'],
    ['proxy logs --level loud', 'expected one of debug, info, warn, error', '以下之一'],
    ['cluster add x --strategy best', 'expected one of priority, weighted', '以下之一'],
    ['endpoint add u --protocol grpc', 'expected one of anthropic-messages', '以下之一'],
    ['endpoint add u --weight heavy', 'expected a whole number from 0 on', '从 0 开始'],
  ])('%s', async (line, english, chinese) => {
    const argv = line.split(' ');
    const ran = await run(argv);
    expect({ code: ran.code, out: ran.out }).toEqual({ code: 2, out: '' });
    expect(ran.err).toContain(english);
    expect((await run(argv, 'zh')).err).toContain(chinese);
  });

  it('a group without a command shows its help on stderr', async () => {
    const { code, out, err } = await run(['queue']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: qcc queue');
  });

  it.each([
    [['endpoint', 'add', 'u', '--apikey=sk-4711']],
    [['endpoint', 'add', 'u', '--header', 'sk-4711']],
  ])('%j does not repeat what may be a key', async (argv) => {
    const { code, err } = await run(argv);
    expect(code).toBe(2);
    expect(err).not.toContain('4711');
  });
});

it('an exception ends with 1 and a word on stderr', async () => {
  const ran = await runWith(['proxy', 'start'], folder.home, {
    startGateway: () => Promise.reject(new Error('the disk is on fire')),
  });
  expect(ran).toEqual({ code: 1, out: '', err: 'qcc: it failed: the disk is on fire\n' });
});
