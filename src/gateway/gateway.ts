import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { build } from './build.ts';
import type { Reload } from './config-desk.ts';
import { open, reloadOf, stop, type Whole } from './live.ts';
import type { GatewayOptions } from './options.ts';
import type { Present } from './present.ts';
import { wire } from './wire.ts';

export interface Gateway {
  readonly addresses: readonly string[];
  /** Takes up the configuration anew; on a problem the running one stays. */
  readonly reload: Reload;
  /** No new requests; running ones finish, up to `drain`. Resolves when everything is closed. */
  stop(): Promise<void>;
  /** Resolves once the gateway has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
}

/** Builds one gateway, wires it and opens its doors. */
export async function startGateway(
  options: GatewayOptions,
): Promise<Result<Gateway, { readonly detail: string }>> {
  const { settings, demo, clock } = options;
  const present: Present = { settings, demo, loadedAt: clock.wall(), problem: undefined, draining: false };
  let resolveStopped: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve;
  });
  // The admin API is one of the parts that are wired, and gives the commands that concern them all.
  const commands = {
    reload: () => reload(),
    stop() {
      if (!present.draining) void stop(whole).then(resolveStopped);
      return stopped;
    },
  };
  const parts = await build(options, present);
  const wired = wire(options, present, parts, commands);
  const whole: Whole = { options, present, parts, wired };
  const reload = reloadOf(whole);
  const problem = await open(whole);
  if (problem !== undefined) return fail({ detail: problem });
  return ok({
    ...commands,
    get addresses() {
      return wired.doors.urls;
    },
    stopped,
  });
}

export { configInMemory, configOnDisk } from './config-desk.ts';
export type { GatewayOptions } from './options.ts';
