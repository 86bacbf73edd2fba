import type { FakeCase } from './fake-calls.ts';
import { CLIENTS } from './fake-clients.ts';
import { CUTS, HEALTHY } from './fake-endings.ts';
import { LIMITS, SETUP, TIMERS } from './fake-setups.ts';
import { NETWORK, SLOW_AND_DOWN } from './fake-upstreams.ts';

/** Situations in which somebody or something is to blame. */
export const BLAMED: readonly FakeCase[] = [
  SLOW_AND_DOWN,
  NETWORK,
  SETUP,
  LIMITS,
  TIMERS,
  CUTS,
  CLIENTS,
].flat();

export { HEALTHY };
