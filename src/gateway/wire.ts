import { createDoors, type Doors } from '../accept/accept.ts';
import { type Admin, createAdmin } from '../admin/admin.ts';
import { runDoctor } from '../doctor/doctor.ts';
import type { OwnCall } from '../domain/own-call.ts';
import { type AnswerShelf, keyOf } from '../exchange/exchange.ts';
import { createPipeline, type Serve } from '../pipeline.ts';
import { createRetryBudget } from '../resilience/resilience.ts';
import type { Store } from '../storage/storage.ts';
import type { Parts } from './build.ts';
import { createConfigDesk, type Reload } from './config-desk.ts';
import type { GatewayOptions } from './options.ts';
import type { Present } from './present.ts';
import { adminPortsOf } from './views.ts';
import { createWhatIf } from './what-if.ts';

/** What can be asked of the gateway from outside, besides requests. */
export interface Commands {
  readonly reload: Reload;
  readonly stop: () => unknown;
}

export interface Wired {
  readonly doors: Doors;
  readonly admin: Admin;
}

/** Connects the parts: requests from the doors to the pipeline, questions from the doors to the admin API. */
export function wire(options: GatewayOptions, present: Present, parts: Parts, commands: Commands): Wired {
  const { clock, log } = options;
  const serve = pipelineOf(options, present, parts);
  const admin = adminOf(options, present, parts, commands, () => doors.urls);
  const doors = createDoors(
    {
      clock,
      settings: () => present.settings,
      handlers: {
        serve,
        admin: (request, response, path) => void admin.handle(request, response, path),
      },
    },
    (address) => log.write({ kind: 'listening', address }),
  );
  return { doors, admin };
}

function pipelineOf(options: GatewayOptions, present: Present, parts: Parts): Serve {
  const { store, clock, language, random } = options;
  const { observing, saving, verifier } = parts;
  return createPipeline({
    ...parts,
    clock,
    language,
    random,
    traceparentOf: observing.traceparentOf,
    answers: answersIn(store),
    retries: createRetryBudget(),
    settings: () => present.settings,
    draining: () => present.draining,
    onAttemptEnded(isNews) {
      if (isNews) saving.soon();
      else saving.later();
      verifier.nudge();
    },
  });
}

function adminOf(
  options: GatewayOptions,
  present: Present,
  parts: Parts,
  commands: Commands,
  addresses: () => readonly string[],
): Admin {
  const { store, clock, language, random, dashboard } = options;
  const { fleet, predictor, streamless, recorder, saving } = parts;
  const settings = () => present.settings;
  const ports = adminPortsOf({
    ...parts,
    ...commands,
    store,
    clock,
    config: createConfigDesk(options.config, commands.reload),
    checkUp(asked, inLanguage, onEvent, signal) {
      const around = {
        settings: present.settings,
        language: inLanguage,
        prices: options.prices(),
        ownCall: (call: OwnCall) => recorder.ownCall(call),
      };
      return runDoctor({ ...around, env: options.env ?? {} }, asked, onEvent, signal);
    },
    whatIf: createWhatIf({ fleet, predictor, streamless, settings, now: clock.wall, random }),
    startedAt: clock.wall(),
    about: () => ({
      ...present,
      addresses: addresses(),
      version: options.version,
      configFile: options.config.name,
    }),
    onCleared(events) {
      recorder.health(events);
      saving.soon();
    },
  });
  const about = { clock, language, settings: () => present.settings.admin };
  return createAdmin(ports, dashboard === undefined ? about : { ...about, dashboard });
}

/** Answers that their clients have a name for, on disk. A disk that can't be read has none. */
function answersIn(store: Store): AnswerShelf {
  return {
    byKey: (request) => store.loadAnswerByKey(keyOf(request) ?? '').catch(() => undefined),
    byId: (id) => store.loadAnswer(id).catch(() => undefined),
    save: (answer) => store.saveAnswer(answer),
  };
}
