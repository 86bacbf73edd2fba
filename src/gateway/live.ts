import { fail, ok } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import { compilePlans } from '../plan/plan.ts';
import { within } from '../platform/within.ts';
import type { Parts } from './build.ts';
import type { Reload } from './config-desk.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { GatewayOptions } from './options.ts';
import type { Present } from './present.ts';
import { secretsOf } from './secrets.ts';
import type { Wired } from './wire.ts';

/** A gateway, put together. */
export interface Whole {
  readonly options: GatewayOptions;
  readonly present: Present;
  readonly parts: Parts;
  readonly wired: Wired;
}

/** How long exchanges that are cut may take to put that on the ledger. */
const LAST_ROWS_MS = 1_000;

/** Opens the doors; a problem in words where one can't be had: then all is closed again but what the caller gave. */
export async function open(whole: Whole): Promise<string | undefined> {
  const { options, present, parts, wired } = whole;
  hideSecrets(options, present.settings);
  compilePlans(present.settings);
  const problem = await wired.doors.open(present.settings.listen);
  if (problem !== undefined) {
    present.draining = true;
    await close(whole);
    return problem;
  }
  for (const note of options.store.notes) options.log.write({ kind: 'note', detail: note });
  parts.verifier.nudge();
  return undefined;
}

/** Two reloads at once would each open what the other one closes. */
export const reloadOf = (whole: Whole): Reload => oneAtATime(() => reload(whole));

async function reload({ options, present, parts, wired }: Whole): ReturnType<Reload> {
  const { doors } = wired;
  const stopping = fail({ detail: 'the gateway is stopping' });
  if (present.draining) return stopping;
  const read = await readAgain(options);
  const problem = read.ok ? await doors.open(read.value.settings.listen) : read.error.detail;
  if (present.draining) return stopping;
  if (problem !== undefined || !read.ok) {
    doors.closeBut(present.settings.listen);
    present.problem = problem;
    options.log.write({ kind: 'reload-failed', detail: problem ?? '' });
    return fail({ detail: problem ?? '' });
  }
  const { settings, demo } = read.value;
  Object.assign(present, { settings, demo, loadedAt: options.clock.wall(), problem: undefined });
  putInForce(settings, options, parts);
  doors.closeBut(settings.listen);
  parts.verifier.nudge();
  const endpoints = settings.clusters.flatMap((cluster) => cluster.endpoints.map(({ id }) => id));
  const count = { clusters: settings.clusters.length, endpoints: new Set(endpoints).size };
  options.log.write({ kind: 'reloaded', ...count });
  return ok(count);
}

/** Whoever asks for a reload, such as a signal, has nobody to tell of what it throws. */
async function readAgain({ readSettings }: GatewayOptions): ReturnType<GatewayOptions['readSettings']> {
  try {
    return await readSettings();
  } catch (thrown) {
    return fail({ detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

function putInForce(settings: Settings, options: GatewayOptions, parts: Parts): void {
  compilePlans(settings);
  parts.fleet.apply(settings);
  parts.observing.apply(settings);
  parts.retention.apply();
  parts.transport.keepOnly(settings.clusters.flatMap((cluster) => cluster.endpoints));
  options.log.setLevel(settings.log.level);
  hideSecrets(options, settings);
}

const hideSecrets = ({ log, otlp }: GatewayOptions, settings: Settings): void =>
  log.setSecrets(secretsOf(settings, otlp));

/**
 * Ends a gateway: no new requests, running ones finish within `drain`, the rest is cut. What has come to its end by
 * then holds the process no longer.
 */
export async function stop(whole: Whole): Promise<void> {
  const { options, present, parts, wired } = whole;
  present.draining = true;
  options.log.write({ kind: 'draining', running: parts.exchanges.running });
  await drain(whole);
  wired.doors.destroy();
  await cutExchanges(whole);
  await close(whole);
  await attempted(options.store.close, options);
  options.log.write({ kind: 'stopped' });
  await options.log.close();
}

function drain({ options, present, parts, wired }: Whole): Promise<void> {
  parts.verifier.stop();
  // The doors stay open until then: a client that was cut off comes back for its answer, which needs no new call.
  const drained = parts.exchanges.idle().then(() => {
    const closing = wired.doors.close();
    // Whoever watches sees the drain to its end, and does not prolong it.
    wired.admin.close();
    return closing;
  });
  return within(present.settings.drainMs, options.clock, drained);
}

/** Cut connections alone would let an exchange ask again, through a new one. */
async function cutExchanges({ options, parts }: Whole): Promise<void> {
  const { exchanges } = parts;
  for (const { id } of exchanges.views(options.clock.now())) exchanges.cancel(id);
  await within(LAST_ROWS_MS, options.clock, exchanges.idle());
}

/** All that was built and wired, whether its doors ever opened or not. What fails to close holds up nothing else. */
async function close({ options, parts, wired }: Whole): Promise<void> {
  const { verifier, transport, saving, retention, observing, exchanges, recorder } = parts;
  const steps: readonly (() => unknown)[] = [
    verifier.stop,
    wired.admin.close,
    wired.doors.destroy,
    wired.doors.close,
    transport.destroy,
    () => exchanges.close(),
    () => recorder.flush(),
    saving.stop,
    retention.stop,
    observing.close,
  ];
  for (const step of steps) await attempted(step, options);
}

async function attempted(step: () => unknown, { log }: GatewayOptions): Promise<void> {
  try {
    await step();
  } catch (thrown) {
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    log.write({ kind: 'internal', detail });
  }
}
