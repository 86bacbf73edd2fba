import type { CheckupEvent, CheckupOptions, Diagnosis } from '../domain/checkup.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { OpenOwnCall } from '../domain/own-call.ts';
import type { Settings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import { systemClock } from '../platform/clock.ts';
import type { PriceBook } from '../record/record.ts';
import { checkUp, chosenOf } from './checkup.ts';
import { type SilenceCost, silenceCost } from './silence-step.ts';
import type { CheckupPorts } from './step.ts';

/** What a check-up goes by. */
export interface DoctorSurroundings {
  readonly settings: Settings;
  readonly language: Language;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prices: PriceBook;
  /** Absent: nobody keeps a ledger. */
  readonly ownCall?: OpenOwnCall;
}

/** The endpoints of all clusters, each once. */
function endpointsOf({ clusters }: Settings): readonly Endpoint[] {
  const all = clusters.flatMap(({ endpoints }) => endpoints);
  return [...new Map(all.map((endpoint) => [endpoint.id, endpoint])).values()];
}

const portsOf = ({ settings, language, env, prices, ownCall }: DoctorSurroundings): CheckupPorts => ({
  clock: systemClock,
  random: Math.random,
  language,
  env,
  settings,
  outputPriceOf: (model) => prices.priceOf(model)?.outputMicroUsdPerMTok,
  ...(ownCall === undefined ? {} : { ownCall }),
});

/** Checks up on what these settings say, from this machine; tells as it goes. */
export const runDoctor = (
  around: DoctorSurroundings,
  options: CheckupOptions,
  onEvent: (event: CheckupEvent) => void,
  signal: AbortSignal,
): Promise<Diagnosis> => checkUp(portsOf(around), endpointsOf(around.settings), options, onEvent, signal);

/** What `probeEdge` would cost at most. */
export const priceOfProbing = (around: DoctorSurroundings, options: CheckupOptions): SilenceCost =>
  silenceCost(portsOf(around), chosenOf(endpointsOf(around.settings), options.endpoint), options);
