import { expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import { createFleet, createPredictor } from '../cluster/cluster.ts';
import { demoSettings } from '../config/config.ts';
import { createStreamless } from '../plan/plan.ts';
import { memoryStore } from '../storage/storage.ts';
import { startSaving } from './saving.ts';

it('saves what calls are like each minute, and never again once it has stopped', async () => {
  const clock = createFakeClock();
  const saved: string[] = [];
  const store = { ...memoryStore(), saveState: (name: string) => void saved.push(name) };
  const fleet = createFleet(demoSettings('http://127.0.0.1:1'));
  const saving = await startSaving(
    store,
    { fleet, predictor: createPredictor(), streamless: createStreamless() },
    clock,
  );
  clock.advance(120_000);
  expect(saved).toHaveLength(4);
  saving.stop();
  expect(saved).toHaveLength(6);
  clock.advance(600_000);
  expect(saved).toHaveLength(6);
});
