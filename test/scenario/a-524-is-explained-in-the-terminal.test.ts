import { afterEach, expect, it } from 'vitest';
import type { PageExplanation } from '../../src/domain/explanation.ts';
import type { ExchangeRecord } from '../../src/domain/ledger.ts';
import type { LiveView } from '../../src/domain/view.ts';
import { runWith, temporaryHome, writePidFile } from '../doubles/fake-gateway.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

/** A gateway whose upstream's edge has just cut a request, and `qcc` beside it. */
async function afterACut() {
  const relay = await upstream({ firstByteMs: 5_000, edge: { silenceMs: 150 } });
  const gateway = await gatewayWith(`${cluster([relay])}retry: { max: 0 }\n`);
  const folder = temporaryHome();
  writePidFile(folder.home, process.pid, gateway.url);
  const answer = await fetch(`${gateway.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ANTHROPIC_REQUEST),
  });
  const id = answer.headers.get('x-qcc-request-id') ?? '';
  const page = await answer.text();
  const qcc = (argv: readonly string[], more = {}) => runWith(argv, folder.home, more);
  return { id, page, status: answer.status, qcc, remove: folder.remove };
}

it('a request that an edge cut is found, explained and watched with the commands', async () => {
  const { id, page, status, qcc, remove } = await afterACut();
  try {
    const logs = await qcc(['logs', '--failed', '--cause', 'edge-timeout', '--endpoint', 'e0']);
    expect(logs).toMatchObject({ code: 0, err: '' });
    expect(logs.out).toContain(id);
    expect(logs.out).toContain(String(status));
    const [row] = JSON.parse((await qcc(['logs', '--json'])).out) as ExchangeRecord[];
    expect(row).toMatchObject({ id, failed: true, cause: 'edge-timeout', throughEdge: true });

    for (const [argv, more] of [
      [['explain'], { keyboard: { listen: () => () => {} } }],
      [['explain', id], {}],
      [['explain', id.slice(-8)], {}],
      [['explain', '-'], { stdin: [`x-qcc-request-id: ${id}\r\n`] }],
      [['explain', '-'], { stdin: [page] }],
    ] as const) {
      const { code, out } = await qcc(argv, more);
      expect({ code, first: out.split('\n')[0] }).toEqual({ code: 0, first: `${id}  failed` });
      expect(out).toContain('edge: {');
    }
    const explained = await qcc(['explain', '--json', id]);
    const found = JSON.parse(explained.out) as Extract<PageExplanation, { kind: 'exchange' }>;
    expect(found.explanation.findings[0]).toMatchObject({ kind: 'edge-cut', attempts: [1] });

    expect(await qcc(['explain', 'req-00000000000'])).toMatchObject({ code: 1, out: '' });
    expect(await qcc(['explain', 'nothing of the kind'])).toMatchObject({ code: 1 });

    expect((await qcc(['top', '--once'])).out).toContain('running 0');
    const live = JSON.parse((await qcc(['top', '--json'])).out) as LiveView;
    expect(live.recent).toMatchObject({ requests: 1, failed: 1 });
  } finally {
    remove();
  }
});
