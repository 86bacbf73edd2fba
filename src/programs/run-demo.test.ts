import { describe, expect, it } from 'vitest';
import type { DemoProgress } from '../cli/cli.ts';
import { builtInClient, type DemoClients, demoClients } from './demo-clients.ts';
import { runDemo } from './run-demo.ts';

/** Half as long as for people, and still far above what a busy machine holds a timer up for. */
const CUT_MS = 1_000;

describe('the demo shows what happens', () => {
  it.each<[string, () => Promise<DemoClients>]>([
    ['the vendors’ SDKs', demoClients],
    ['the built-in client', async () => ({ kind: 'built-in', ask: builtInClient })],
  ])(
    'with %s',
    async (_, clients) => {
      const progress: DemoProgress[] = [];
      const ran = await runDemo({
        cutMs: CUT_MS,
        clients: await clients(),
        onProgress: (one) => progress.push(one),
      });
      expect(ran.ok ? '' : ran.error.detail).toBe('');
      if (!ran.ok) return;
      const { direct, through } = ran.value;
      // Directly each of the 15 silent requests is asked three times, paid each time, and never answered.
      expect(direct).toMatchObject({ answered: 5, calls: 50, charged: 50 });
      expect(through).toMatchObject({ answered: 20, calls: 20, charged: 20, lostMicroUsd: 0 });
      expect(direct.lostMicroUsd).toBeGreaterThan(0);
      expect(direct.paidMicroUsd).toBeGreaterThan(2 * through.paidMicroUsd);
      for (const side of ['direct', 'through'] as const)
        expect(progress.filter((one) => one.side === side).at(-1)).toMatchObject({ done: 20, of: 20 });
    },
    60_000,
  );

  it('finds the SDKs where they are installed', async () => {
    expect((await demoClients()).kind).toBe('sdk');
  });
});
