import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WAITING_CHARS_MAX } from './line-sink.ts';
import type { LogEvent, LogLevel } from './log-event.ts';
import { collectingLog, type LogOptions, openLog, silentLog } from './telemetry.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-log-'));
  file = join(folder, 'proxy.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** 5 March, 07:08:09.045, in whatever zone the test runs. */
const AT = new Date(2026, 2, 5, 7, 8, 9, 45).getTime() + 0.7;

const open = (more: Partial<LogOptions> = {}) =>
  openLog({
    file,
    format: 'text',
    level: 'info',
    language: 'en',
    maxBytes: 10_000_000,
    maxFiles: 5,
    now: () => AT,
    ...more,
  });
const read = () => readFileSync(file, 'utf8').split('\n').slice(0, -1);

describe('text', () => {
  it('begins with local time and level', async () => {
    const log = open({ language: 'zh' });
    log.write({ kind: 'recovered', endpointId: '1e3e69eb' });
    log.write({ kind: 'rate-limited', endpointId: 'xxx', forMs: 1_000 });
    log.write({ kind: 'internal', detail: 'oops' });
    await log.close();
    expect(read()).toEqual([
      '2026-03-05 07:08:09.045 INFO ✅ Endpoint 1e3e69eb 已恢复',
      '2026-03-05 07:08:09.045 WARN ⚠️ Endpoint xxx 被限流，暂停 1s',
      '2026-03-05 07:08:09.045 ERROR 内部错误: oops',
    ]);
  });

  it('has the time right across seconds, midnight and the year', async () => {
    const times = [999, 1_000, 1_001, 500].map(
      (ms) => new Date(2026, 11, 31, 23, 59, 58).getTime() + 1_000 + ms,
    );
    const log = open({ now: () => times.shift() ?? 0 });
    for (let n = 0; n < 4; n += 1) log.write({ kind: 'stopped' });
    await log.close();
    expect(read().map((line) => line.slice(0, 23))).toEqual([
      '2026-12-31 23:59:59.999',
      '2027-01-01 00:00:00.000',
      '2027-01-01 00:00:00.001',
      '2026-12-31 23:59:59.500',
    ]);
  });
});

describe('json', () => {
  it('has level, UTC time, the fields of the event, and the text', async () => {
    const log = open({ format: 'json' });
    const event = {
      kind: 'attempt-failed',
      id: 'req-1',
      endpointId: '1e3e69eb',
      cause: 'timeout',
      phase: 'wait',
      timer: { name: 'idle', ms: 60_000, setBy: 'endpoint "jp"' },
      detail: 'a\nb',
      afterMs: 60_001,
      silenceMs: 60_000,
      chargeRisk: 'likely',
    } as const;
    log.write(event);
    await log.close();
    const [line] = read();
    expect(JSON.parse(line ?? '')).toEqual({
      level: 'warn',
      time: new Date(AT).toISOString(),
      ...event,
      msg: expect.stringMatching(/^\[req-1\] request timed out \(timer idle 60000ms, set by endpoint "jp"\)/),
    });
  });

  it('stays JSON where a secret is masked, however it is spelled', async () => {
    const log = open({ format: 'json' });
    log.setSecrets(['nsecret', 'quo"te', 'back\\slash']);
    log.write({ kind: 'note', detail: 'x\nsecret quo"te back\\slash ?key=abc"def {"x-api-key":"abcdefgh"}' });
    await log.close();
    const line = JSON.parse(read()[0] ?? '') as { detail: string };
    expect(line.detail).toBe('x\nsecret *** *** ?key=***"def {"x-api-key":"***"}');
  });
});

describe('levels', () => {
  it.each<[LogLevel, readonly string[]]>([
    ['debug', ['INFO', 'WARN', 'ERROR']],
    ['info', ['INFO', 'WARN', 'ERROR']],
    ['warn', ['WARN', 'ERROR']],
    ['error', ['ERROR']],
  ])('%s lets through %j', async (level, seen) => {
    const log = open({ level: 'error' });
    log.setLevel(level);
    expect(log.level).toBe(level);
    log.write({ kind: 'stopped' });
    log.write({ kind: 'rate-limited', endpointId: 'x', forMs: 1 });
    log.write({ kind: 'internal', detail: 'x' });
    await log.close();
    expect(read().map((line) => line.split(' ')[2])).toEqual(seen);
  });
});

describe('secrets', () => {
  it.each(['text', 'json'] as const)('known ones and what looks like one are masked: %s', async (format) => {
    const log = open({ format });
    log.setSecrets(['hunter22']);
    log.write({
      kind: 'note',
      detail: 'hunter22 sk-ant-api03-abcdefgh Bearer abcdefghij x-api-key: zyxwvut',
    });
    log.write({ kind: 'picked', id: 'r', endpointId: 'e', baseUrl: 'https://u:hunter22@h', why: '' });
    log.setSecrets([]);
    log.write({ kind: 'note', detail: 'hunter22 is a secret no more' });
    await log.close();
    const lines = read();
    expect(lines.slice(0, 2).join('\n')).not.toMatch(/hunter22|abcdefgh|zyxwvut/);
    expect(lines[2]).toMatch(/hunter22/);
  });

  it('of before and after a change are masked in what was written before it', async () => {
    const log = open();
    log.setSecrets(['hunter22']);
    log.write({ kind: 'note', detail: 'hunter22 and correct-horse' });
    log.setSecrets(['correct-horse']);
    await log.close();
    expect(read()[0]).toMatch(/ \*\*\* and \*\*\*$/);
  });

  it.each(['text', 'json'] as const)(
    'are never shown by half, wherever a line is cut: %s',
    async (format) => {
      const log = open({ format });
      const secret = `topsecret${'y'.repeat(120)}`;
      const masksAway = (chars: number) =>
        secret.repeat(Math.floor(chars / secret.length)) + 'x'.repeat(chars % secret.length);
      log.setSecrets([secret]);
      for (const end of [2_000, 4_000, 4_256])
        for (const before of [1, 60, secret.length - 1]) {
          const start = end - before;
          log.write({ kind: 'note', detail: 'x'.repeat(start) + secret + 'z'.repeat(5_000) });
          log.write({ kind: 'note', detail: masksAway(start) + secret + 'z'.repeat(5_000) });
          log.write({
            kind: 'request',
            id: 'r',
            method: 'GET',
            path: '/',
            model: 'x'.repeat(start) + secret,
          });
        }
      await log.close();
      expect(read()).toHaveLength(27);
      expect(/tops|yyyy/.test(read().join())).toBe(false);
      expect(Math.max(...read().map((line) => line.length))).toBeLessThan(4_200);
    },
  );
});

describe('what is written', () => {
  it('is in the file soon, without a flush, with the time at which it was written', async () => {
    let now = AT;
    const log = open({ now: () => now });
    log.write({ kind: 'note', detail: 'hello' });
    now += 60_000;
    await vi.waitFor(() => expect(read()).toEqual(['2026-03-05 07:08:09.045 INFO hello']), {
      timeout: 10_000,
    });
    await log.close();
  });

  it('in one turn is all there, in its order, however much it is', async () => {
    const log = open();
    for (let n = 0; n < 5_000; n += 1) log.write({ kind: 'note', detail: `n=${n}` });
    await log.close();
    expect(read().map((line) => line.slice(29))).toEqual(Array.from({ length: 5_000 }, (_, n) => `n=${n}`));
  });

  it('waits for the next turn where there is enough of it', async () => {
    const log = open();
    for (let n = 0; n < 256; n += 1) log.write({ kind: 'stopped' });
    await vi.waitFor(() => expect(read()).toHaveLength(256), { timeout: 10_000 });
    await log.close();
  });

  it('under one level stays written under the next', async () => {
    const log = open();
    log.write({ kind: 'stopped' });
    log.setLevel('error');
    log.write({ kind: 'stopped' });
    await log.close();
    expect(read()).toHaveLength(1);
  });

  it('and can not be said costs no other its line', async () => {
    const log = open();
    log.write({ kind: 'note' } as unknown as LogEvent);
    log.write({ kind: 'stopped' });
    await log.close();
    expect(read()).toEqual([
      expect.stringMatching(/ ERROR internal error: a line of the log \(note\) could not be made: TypeError/),
      expect.stringMatching(/ INFO QCC has stopped$/),
    ]);
  });
});

const program = (body: string) => `
  import { openLog } from ${JSON.stringify(new URL('./telemetry.ts', import.meta.url).href)};
  const log = openLog({ file: process.argv[1], format: 'text', level: 'info', language: 'en', stderr: true,
    maxBytes: 1e7, maxFiles: 5, now: () => Date.now() });
  const say = (n) => log.write({ kind: 'note', detail: 'n=' + n });
  ${body}`;
const run = (body: string) => {
  const flags = ['--import', 'tsx', '--input-type=module', '-e', program(body)];
  return spawnSync(process.execPath, [...flags, file], { encoding: 'utf8' });
};
const numbersIn = (text: string) => [...text.matchAll(/n=(\d+)\n/g)].map((match) => Number(match[1]));

describe('the end of the process', () => {
  it.each([
    ['a quiet end', 'for (let n = 0; n < 10; n += 1) say(n);', 10],
    ['process.exit at once', 'for (let n = 0; n < 10; n += 1) say(n); process.exit(0);', 10],
    [
      'process.exit with a write under way',
      'for (let n = 0; n < 500; n += 1) say(n); await new Promise(setImmediate); for (let n = 500; n < 600; n += 1) say(n); process.exit(0);',
      600,
    ],
    ['an error nobody caught', 'say(0); say(1); setImmediate(() => { throw new Error("x"); });', 2],
  ])('after %s every line is in the file, once, and on stderr', (_name, body, count) => {
    const { stderr } = run(body);
    const expected = Array.from({ length: count }, (_, n) => n);
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(expected);
    expect(numbersIn(stderr)).toEqual(expected);
  });
});

it.each([
  ['en', / INFO log: 1 line was lost \(ENOENT\); writing again$/],
  ['zh', / INFO 日志: 丢失 1 行 \(ENOENT\)，现已恢复写入$/],
] as const)(
  'a folder that is gone costs lines, and the log says so when it is back: %s',
  async (language, words) => {
    file = join(folder, 'home', 'proxy.log');
    const log = open({ language });
    log.write({ kind: 'stopped' });
    await log.flush();
    const detail = 'x'.repeat(1_900);
    const lineChars = 1_900 + '2026-03-05 07:08:09.045 INFO \n'.length;
    for (let room = WAITING_CHARS_MAX; room >= 0; room -= lineChars) log.write({ kind: 'note', detail });
    mkdirSync(join(folder, 'home'));
    await log.close();
    expect(read().at(-1)).toMatch(words);
  },
);

it('the silent log and the collecting log take everything', async () => {
  silentLog.write({ kind: 'stopped' });
  await silentLog.close();
  const log = collectingLog();
  log.setLevel('error');
  log.write({ kind: 'stopped' });
  log.write({ kind: 'recovered', endpointId: 'x' });
  expect(log.events).toEqual([{ kind: 'stopped' }, { kind: 'recovered', endpointId: 'x' }]);
});
