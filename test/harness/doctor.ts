import { type CheckupPorts, checkUp } from '../../src/doctor/doctor.ts';
import type { Check, CheckName, CheckupEvent, CheckupOptions, Diagnosis } from '../../src/domain/checkup.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { settingsOf } from './gateway.ts';

/** What a check-up said. */
export interface Examined {
  readonly events: readonly CheckupEvent[];
  readonly diagnosis: Diagnosis;
  check(name: CheckName): Check;
}

/**
 * A machine so quick that nothing here takes long: what a busy one lets an endpoint wait must not be held against it.
 * Only what is measured shrinks; timeouts run as ever.
 */
const quickMachine: Clock = { ...systemClock, now: () => systemClock.now() / 50 };

/** Checks up on the endpoints of a configuration; with `clock: systemClock` where it is about times. */
export async function examine(
  yaml: string,
  options: CheckupOptions = {},
  more: Partial<CheckupPorts> & { readonly signal?: AbortSignal } = {},
): Promise<Examined> {
  const settings = await settingsOf(yaml);
  const ports: CheckupPorts = {
    clock: quickMachine,
    random: Math.random,
    language: 'en',
    env: { PATH: process.env.PATH },
    settings,
    outputPriceOf: () => undefined,
    ...more,
  };
  const endpoints = settings.clusters.flatMap((one) => one.endpoints);
  const events: CheckupEvent[] = [];
  const signal = more.signal ?? new AbortController().signal;
  const diagnosis = await checkUp(ports, endpoints, options, (event) => void events.push(event), signal);
  return {
    events,
    diagnosis,
    check(name) {
      const found = events.flatMap((event) => (event.kind === 'checked' ? [event.check] : []));
      const one = found.find((check) => check.name === name);
      if (one === undefined) throw new Error(`no check ${name} among ${found.map((check) => check.name)}`);
      return one;
    },
  };
}
