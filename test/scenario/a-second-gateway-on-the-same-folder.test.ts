import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  closeLater,
  cluster,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const MAIN = new URL('../../src/main.ts', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `qcc proxy start` in a process of its own, from source; what it prints is gathered. */
function startProcess(home: string, port: number): { child: ChildProcess; printed: () => string } {
  const program = `import(${JSON.stringify(MAIN)}).then(({ main }) => main(process.argv))`;
  const words = ['--import', 'tsx', '-e', program, 'qcc', 'proxy', 'start', '--port', String(port)];
  const child = spawn(process.execPath, words, {
    cwd: ROOT,
    env: { ...process.env, QCC_HOME: home, QCC_LANG: 'en' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closeLater({ close: async () => void child.kill('SIGKILL') });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      printed += chunk;
    });
  return { child, printed: () => printed };
}

describe('a second gateway on the same folder, whose pid file is gone', () => {
  it('does not start, and takes nothing that runs for crashed', async () => {
    const home = mkdtempSync(join(tmpdir(), 'qcc-second-'));
    closeLater({ close: async () => rmSync(home, { recursive: true, force: true }) });
    const model = await upstream({ events: 1_000, eventMs: 50 });
    writeFileSync(join(home, 'config.yaml'), cluster([model]));
    const first = startProcess(home, 0);
    await until(() => /http:\/\/127\.0\.0\.1:\d+/.test(first.printed()), 20_000);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(first.printed())?.[0] ?? '';
    const asked = post(`${url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true })
      .then((response) => response.text())
      .catch(() => 'cut');
    await until(() => model.counts().started === 1);
    const intents = () => readFileSync(join(home, 'qcc.intents.000001'), 'utf8');
    await until(() => intents().includes('/v1/messages'));
    const before = intents();
    expect(readFileSync(join(home, 'proxy.pid'), 'utf8')).toMatch(/^\d+\nhttp:.*\n.+\n$/);
    rmSync(join(home, 'proxy.pid'));

    const second = startProcess(home, Number(new URL(url).port));
    const code = await new Promise((resolve) => second.child.once('exit', resolve));
    expect(second.printed()).toContain('in use');
    expect(code).toBe(1);
    // Who started it in the background reads the reason there.
    expect(readFileSync(join(home, 'proxy.log'), 'utf8')).toContain('in use');
    expect(intents().startsWith(before)).toBe(true);
    expect(readdirSync(home).filter((name) => name.startsWith('qcc.intents'))).toHaveLength(1);
    const [row] = (await (await fetch(`${url}/__qcc__/ledger`)).json()) as LedgerEntry['exchange'][];
    expect(row?.delivery).toBe('running');
    first.child.kill('SIGKILL');
    await asked;
  });
});
