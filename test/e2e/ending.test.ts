import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { QueueView } from '../../src/domain/view.ts';
import { ask, askStreaming, textOf } from './harness/asking.ts';
import { waitFor } from './harness/process.ts';
import { cleanUp, gatewayProcess, qcc } from './harness/qcc.ts';
import { configFor, TEXT, upstream } from './harness/upstreams.ts';

afterEach(cleanUp);

/** Long enough for a command to start and ask for the end while it runs. */
const LONG = { text: TEXT, events: 20, eventMs: 100 };

describe('a gateway that is told to end finishes what it began', () => {
  it('by `qcc proxy stop`', async () => {
    const gateway = await gatewayProcess(configFor([await upstream(LONG)]));
    const stream = askStreaming(gateway.url);
    await stream.begun;
    const stopped = await qcc(gateway.home, ['proxy', 'stop']);
    expect(stopped.code).toBe(0);
    const { text, clean } = await stream.whole;
    expect(text).toContain('event: message_stop');
    expect(clean).toBe(true);
    expect(await gateway.ended).toMatchObject({ code: 0 });
    expect(existsSync(join(gateway.home, 'proxy.pid'))).toBe(false);
    expect((await qcc(gateway.home, ['proxy', 'stop'])).code).not.toBe(0);
  });

  it('and what is kept of earlier answers does not hold it', async () => {
    const gateway = await gatewayProcess(configFor([await upstream({ text: TEXT })]));
    const named = await ask(gateway.url, { 'idempotency-key': 'job-7' });
    expect(named.status).toBe(200);
    await named.text();
    const ticket = await ask(gateway.url, { prefer: 'respond-async' });
    expect(ticket.status).toBe(202);
    await waitFor('the answer', async () => (await gateway.view()).running === 0);
    expect((await qcc(gateway.home, ['proxy', 'stop'])).code).toBe(0);
    expect(await gateway.ended).toMatchObject({ code: 0 });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s', async (signal) => {
    const gateway = await gatewayProcess(configFor([await upstream(LONG)]));
    const stream = askStreaming(gateway.url);
    await stream.begun;
    gateway.child.kill(signal);
    const { text, clean } = await stream.whole;
    expect(text).toContain('event: message_stop');
    expect(clean).toBe(true);
    expect(await gateway.ended).toMatchObject({ code: 0 });
  });

  it('but takes nothing more, and does not wait for longer than `drain`', async () => {
    const model = await upstream({ text: TEXT, events: 4, hang: 2 });
    const patient = 'drain: 1s\ntimeouts: { idle: 60s }\nhealth: { enabled: false }\n';
    const cluster = `main:\n  endpoints:\n    - { base_url: "${model.url}", api_key: upstream-key }\n`;
    const gateway = await gatewayProcess(patient + cluster);
    const stream = askStreaming(gateway.url);
    await stream.begun;
    gateway.child.kill('SIGTERM');
    await waitFor('the drain', () => gateway.log().includes('stopping'));
    const late = await ask(gateway.url).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect([503, 'refused']).toContain(late);
    expect(await gateway.ended).toMatchObject({ code: 0 });
    const { text, clean } = await stream.whole;
    expect(text).not.toContain('message_stop');
    expect(clean).toBe(false);
  });
});

/** The rows that a database answers a question with. */
function askDatabase(file: string, sql: string): unknown[] {
  const { DatabaseSync } = createRequire(import.meta.url)('@photostructure/sqlite') as {
    DatabaseSync: new (file: string) => { prepare(sql: string): { all(): unknown[] }; close(): void };
  };
  const database = new DatabaseSync(file);
  const found = database.prepare(sql).all();
  database.close();
  return found;
}

describe('a gateway that is killed during traffic', () => {
  it('knows after a restart what it counted and which endpoint was out', async () => {
    const [bad, good] = [await upstream({ status: 503 }), await upstream({ text: TEXT })];
    const config = configFor([bad, good]).replace('enabled: false', 'interval: 10m');
    const gateway = await gatewayProcess(config);
    const answered = 12;
    for (let i = 0; i < answered; i += 1) expect(await textOf(gateway.url)).toBe(TEXT);
    const queueOf = async (): Promise<QueueView[]> => {
      const { stdout } = await qcc(gateway.home, ['queue', 'list', '--json']);
      return JSON.parse(stdout) as QueueView[];
    };
    const before = await queueOf();
    expect(before).toMatchObject([{ baseUrl: bad.url }]);
    const file = join(gateway.home, 'qcc.db');
    // Counters are saved once a second: a kill may take the last second's with it.
    await waitFor('the counters', () => {
      const [saved] = askDatabase(file, 'select successes from totals') as { successes: number }[];
      return saved?.successes === answered ? saved : undefined;
    });

    good.program({ text: TEXT, events: 40, eventMs: 50 });
    const streams = Array.from({ length: 20 }, () => askStreaming(gateway.url));
    await Promise.all(streams.map(({ begun }) => begun));
    gateway.child.kill('SIGKILL');
    expect((await gateway.ended).signal).toBe('SIGKILL');
    for (const { text, clean } of await Promise.all(streams.map(({ whole }) => whole))) {
      expect({ complete: text.includes('message_stop'), clean }).toEqual({ complete: false, clean: false });
    }
    expect(askDatabase(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);

    good.program({ text: TEXT });
    const again = await gatewayProcess(undefined, { home: gateway.home });
    const { lifetime } = await again.view();
    expect(lifetime.requests).toBeGreaterThanOrEqual(answered);
    expect(lifetime.successes).toBe(answered);
    expect(await queueOf()).toMatchObject([{ endpointId: before[0]?.endpointId, since: before[0]?.since }]);
    expect(await textOf(again.url)).toBe(TEXT);
    const asked = bad.counts().started;
    expect(await textOf(again.url)).toBe(TEXT);
    expect(bad.counts().started).toBe(asked);
  });
});
