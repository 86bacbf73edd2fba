import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIVE } from '../../test/doubles/cli-exchanges.ts';
import {
  type FakeGateway,
  GATEWAY,
  NOW,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';
import { PLAIN } from './screen.ts';
import { textOf } from './texts.ts';
import { topFrame } from './top-frame.ts';
import { widthOf } from './width.ts';

const look = (language: 'en' | 'zh') =>
  ({ text: (key, words) => textOf(language, key, words), paint: PLAIN }) satisfies Parameters<
    typeof topFrame
  >[0];
const STATE = {
  address: 'http://127.0.0.1:7860',
  gateway: { version: '0.1.0', startedAt: NOW - 11_100_000 },
  live: LIVE,
  order: 'elapsed',
} as const;

describe.each(['en', 'zh'] as const)('a frame in %s', (language) => {
  it.each([
    [60, 16],
    [80, 24],
    [120, 30],
    [200, 50],
  ])('at %d columns and %d lines reads as written down', async (width, height) => {
    const lines = topFrame(look(language), STATE, { width, height });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`./golden/${language}/top-${width}.txt`);
  });

  it.each([1, 2, 5, 9, 10, 13, 24])('fits %d lines, and any width', (height) => {
    const many = {
      ...LIVE,
      runningCount: 1_000,
      running: Array.from({ length: 200 }, () => LIVE.running)
        .flat()
        .slice(0, 200),
    };
    for (const width of [1, 20, 59, 60, 81, 150]) {
      const lines = topFrame(look(language), { ...STATE, live: many }, { width, height });
      expect(lines.length).toBeLessThanOrEqual(height);
      if (width >= 59) for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
  });
});

describe('a frame', () => {
  const frame = (more: Partial<Parameters<typeof topFrame>[1]>, height = 24): string[] =>
    topFrame(look('en'), { ...STATE, ...more }, { width: 80, height });

  it.each([
    ['elapsed', ['131.0', '95.0', '0.85']],
    ['silence', ['131.0', '12.3', '0.85']],
  ] as const)('is ordered by %s', (order, times) => {
    const at = order === 'elapsed' ? 0 : 1;
    const rows = frame({ order, live: { ...LIVE, running: [...LIVE.running].reverse() } }).slice(5, 8);
    expect(rows.map((row) => row.trim().split(/\s+/)[at])).toEqual(times);
  });

  it('says how many requests there is no line for', () => {
    expect(frame({ live: { ...LIVE, runningCount: 500 } }).join('\n')).toContain('… and 498 more');
  });

  it('says that the gateway is gone', () => {
    expect(frame({ goneMs: 12_345 })[2]).toBe('The gateway is gone; waiting for it (12s)');
  });
});

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  folder = temporaryHome();
  gateway = await startFakeGateway(folder.home, GATEWAY);
});

afterEach(async () => {
  vi.useRealTimers();
  await gateway.close();
  folder.remove();
});

describe.each(['--once', ''])('top %s without a terminal', (option) => {
  it('prints one frame without an escape', async () => {
    const ran = runWith(['top', option].filter(Boolean), folder.home);
    await gateway.followed(1);
    gateway.say('live', LIVE);
    const { code, out, err } = await ran;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toContain('\u001b');
    expect(out).toContain('running 3');
    expect(out).not.toContain('q quit');
  });
});

it('prints what the gateway told as JSON', async () => {
  const ran = runWith(['top', '--json'], folder.home);
  await gateway.followed(1);
  gateway.say('live', LIVE);
  expect(JSON.parse((await ran).out)).toEqual(LIVE);
});

it.each([
  [[503, { error: { code: 'too_many_readers', message: 'full' } }], 'full'],
  [[200, {}], 'no live view came'],
])('ends with 1 where none comes: %j', async (answer, said) => {
  gateway.answers.set('GET live', answer);
  expect(await runWith(['top'], folder.home)).toMatchObject({ code: 1, err: expect.stringContaining(said) });
});

/** `top` on a terminal of this size. */
function watching(columns = 80, rows = 24) {
  let out = '';
  let key: (key: string) => void = () => {};
  let resize: () => void = () => {};
  const waiting: { readonly text: string; readonly done: () => void }[] = [];
  const terminal = {
    isTTY: true,
    columns,
    rows,
    write(text: string) {
      out += text;
      for (const { text: wanted, done } of waiting) if (out.includes(wanted)) done();
    },
    on: (_event: 'resize', listener: () => void) => {
      resize = listener;
    },
    off: () => {
      resize = () => {};
    },
  };
  let deaf = false;
  const keyboard = {
    listen(onKey: (key: string) => void) {
      key = onKey;
      return () => {
        deaf = true;
      };
    },
  };
  const end = new AbortController();
  const ended = runWith(['top'], folder.home, {
    stdout: terminal,
    keyboard,
    interrupt: end.signal,
    env: { NO_COLOR: '1' },
  });
  return {
    ended,
    press: (one: string) => key(one),
    interrupt: () => end.abort(),
    resize(width: number, height: number) {
      Object.assign(terminal, { columns: width, rows: height });
      resize();
    },
    isDeaf: () => deaf,
    out: () => out,
    forget: () => {
      out = '';
    },
    until: (text: string) =>
      new Promise<void>((done) => {
        if (out.includes(text)) done();
        else waiting.push({ text, done });
      }),
  };
}

const LEFT = '\u001b[?7h\u001b[?25h\u001b[?1049l';

describe('on a terminal', () => {
  it.each([
    ['q', (top: ReturnType<typeof watching>) => top.press('q')],
    ['Ctrl-C', (top: ReturnType<typeof watching>) => top.press('\u0003')],
    ['a signal', (top: ReturnType<typeof watching>) => top.interrupt()],
  ])('is left by %s, and gives the terminal back', async (_name, leave) => {
    const top = watching();
    await gateway.followed(1);
    gateway.say('live', LIVE);
    await top.until('running 3');
    leave(top);
    expect((await top.ended).code).toBe(0);
    expect(top.out().startsWith('\u001b[?1049h')).toBe(true);
    expect(top.out().endsWith(LEFT)).toBe(true);
    expect(top.out().split(LEFT)).toHaveLength(2);
    expect(top.isDeaf()).toBe(true);
    expect(process.listeners('exit')).toHaveLength(0);
  });

  it('draws a frame once, however often it is told the same', async () => {
    const top = watching();
    await gateway.followed(1);
    gateway.say('live', LIVE);
    await top.until('running 3');
    top.forget();
    gateway.say('live', LIVE);
    gateway.say('live', { ...LIVE, runningCount: 4 });
    await top.until('running 4');
    expect(top.out().split('\u001b[H')).toHaveLength(2);
    top.press('q');
    await top.ended;
  });

  it('changes the order with a key, and the size with the window', async () => {
    const top = watching();
    await gateway.followed(1);
    gateway.say('live', LIVE);
    await top.until('running 3');
    top.forget();
    top.press('s');
    top.press('x');
    expect(top.out().split('\u001b[H')).toHaveLength(1);
    top.resize(60, 10);
    const frame = top.out().split('\u001b[H').at(-1) ?? '';
    expect(frame.split('\r\n').length).toBeLessThanOrEqual(10);
    for (const line of frame.split('\r\n')) expect(widthOf(line)).toBeLessThanOrEqual(60);
    top.press('q');
    await top.ended;
  });

  it('waits for a gateway that goes away, wherever it comes back', async () => {
    const top = watching();
    await gateway.followed(1);
    gateway.say('live', LIVE);
    await top.until('running 3');
    writeFileSync(join(folder.home, 'proxy.pid'), '');
    gateway.hangUp();
    await top.until('The gateway is gone');
    const again = await startFakeGateway(folder.home, { ...GATEWAY, version: '0.2.0' });
    await again.followed(1);
    again.say('live', { ...LIVE, runningCount: 7 });
    await top.until('running 7');
    expect(top.out()).toContain('QCC 0.2.0');
    top.press('q');
    expect((await top.ended).code).toBe(0);
    await again.close();
  });

  it('gives the terminal back where the view is not as agreed', async () => {
    const top = watching();
    await gateway.followed(1);
    gateway.say('live', { nothing: true });
    expect((await top.ended).code).toBe(1);
    expect(top.out().endsWith(LEFT)).toBe(true);
  });

  it('gives it back where the gateway refuses', async () => {
    gateway.answers.set('GET live', [403, { error: { code: 'admin_forbidden', message: 'no' } }]);
    const top = watching();
    expect(await top.ended).toMatchObject({ code: 1, err: 'qcc: no\n' });
    expect(top.out().endsWith(LEFT)).toBe(true);
  });
});

it('is one frame on a terminal that knows no escapes', async () => {
  let out = '';
  const stdout = { isTTY: true, write: (text: string) => (out += text) };
  const ran = runWith(['top'], folder.home, { stdout, env: { TERM: 'dumb' } });
  await gateway.followed(1);
  gateway.say('live', LIVE);
  expect((await ran).code).toBe(0);
  expect(out).not.toContain('\u001b');
});
