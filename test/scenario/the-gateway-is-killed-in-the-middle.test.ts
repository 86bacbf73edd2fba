import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** A gateway in a process of its own, from source. */
async function gatewayProcess(home: string): Promise<{ url: string; child: ChildProcess }> {
  const program = `import(${JSON.stringify(MAIN)}).then(({ main }) => main(process.argv))`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', program, 'qcc', 'proxy', 'start'], {
    cwd: ROOT,
    env: { ...process.env, QCC_HOME: home, QCC_LANG: 'en' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closeLater({ close: async () => void child.kill('SIGKILL') });
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${printed}`)));
    child.stdout?.on('data', (chunk) => {
      printed += chunk;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
      if (found) resolve(found);
    });
  });
  return { url, child };
}

async function entriesOf(url: string): Promise<LedgerEntry[]> {
  const list = (await (await fetch(`${url}/__qcc__/ledger`)).json()) as { id: string }[];
  return Promise.all(
    list.map(async ({ id }) => (await (await fetch(`${url}/__qcc__/ledger/${id}`)).json()) as LedgerEntry),
  );
}

describe('the gateway is killed in the middle of an exchange', () => {
  it('after the restart the ledger says: unknown, possibly charged; what was answered before stays', async () => {
    const home = mkdtempSync(join(tmpdir(), 'qcc-killed-'));
    closeLater({ close: async () => rmSync(home, { recursive: true, force: true }) });
    const model = await upstream({ events: 1_000, eventMs: 50 });
    model.enqueue({});
    writeFileSync(join(home, 'config.yaml'), `listen: 127.0.0.1:0\n${cluster([model])}`);

    const first = await gatewayProcess(home);
    await (await post(`${first.url}/v1/messages`, ANTHROPIC_REQUEST)).text();
    const cut = post(`${first.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true })
      .then((response) => response.text())
      .catch(() => 'cut');
    await until(() => model.counts().started === 2);
    const gone = new Promise((resolve) => first.child.once('exit', resolve));
    first.child.kill('SIGKILL');
    await gone;
    await cut;

    const second = await gatewayProcess(home);
    const entries = await entriesOf(second.url);
    const deliveries = entries.map(({ exchange }) => exchange.delivery).sort();
    expect(deliveries).toEqual(['delivered', 'unknown']);
    const killed = entries.find(({ exchange }) => exchange.delivery === 'unknown');
    expect(killed?.exchange).toMatchObject({ charge: 'unknown', lostCalls: 1 });
    expect(killed?.attempts).toMatchObject([{ charge: 'unknown', chargeRisk: 'likely' }]);
    // Its folder goes: nothing may be writing there any more.
    const over = new Promise((resolve) => second.child.once('exit', resolve));
    second.child.kill('SIGKILL');
    await over;
  }, 60_000);
});
