import type { CheckupOptions } from '../../domain/checkup.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Settings } from '../../domain/settings.ts';
import { checkupPage } from '../checkup-page.ts';
import { chooseEndpoint } from '../choose.ts';
import { readConfigured } from '../configured.ts';
import { filesOf } from '../files.ts';
import { count } from '../format.ts';
import { findGateway } from '../gateway-state.ts';
import type { Cli, Given, Run } from '../given.ts';
import { money } from '../money.ts';
import type { CliPorts, Doctor } from '../ports.ts';
import { durationOf } from '../value.ts';

const USAGE_ERROR = 2;

/** `doctor [ENDPOINT]`: from here to the model, step by step; needs no gateway. */
export const doctorCommand: Run = async (cli, given) => {
  const { ports, screen } = cli;
  if (given.text('silence-up-to') !== undefined && !given.flag('probe-edge')) {
    return screen.fail(screen.text('silenceNeedsProbe'), USAGE_ERROR);
  }
  const chosen = await patientOf(cli, given);
  if (!chosen.ok) return chosen.error;
  const { settings, endpointId } = chosen.value;
  const doctor = await ports.doctor(settings);
  const options = optionsOf(given, endpointId);
  if (options.probeEdge && !(await agreed(cli, given, doctor, options))) {
    return screen.fail(screen.text('probeNotAgreed'), USAGE_ERROR);
  }
  const page = checkupPage(screen, filesOf(ports.home).config, given.flag('json'));
  const diagnosis = await interruptible(ports, (signal) => doctor.checkUp(options, page.onEvent, signal));
  page.end();
  return diagnosis.healthy ? 0 : 1;
};

/** Whom to look at: one endpoint, or all enabled ones; `error`: the exit code, where that is said already. */
type Chosen = Result<{ readonly settings: Settings; readonly endpointId?: string }, number>;

async function patientOf(cli: Cli, given: Given): Promise<Chosen> {
  const { ports, screen } = cli;
  const word = given.words[0];
  if (word !== undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return settingsForUrl(cli, given, word);
  if (given.text('api-key-env') !== undefined)
    return fail(screen.fail(screen.text('keyNeedsUrl'), USAGE_ERROR));
  const configured = await readConfigured(ports);
  const file = filesOf(ports.home).config;
  if (configured.kind === 'no-file') {
    const demo = await demoAddress(cli);
    return demo === undefined || word !== undefined
      ? fail(screen.fail(screen.text('noConfigForDoctor', { file }), USAGE_ERROR))
      : settingsForUrl(cli, given, demo);
  }
  if (configured.kind === 'problems') return fail(screen.problems(configured.text));
  const { settings } = configured;
  if (word === undefined) return ok({ settings });
  const endpoint = chooseEndpoint(
    screen,
    settings.clusters.flatMap(({ endpoints }) => endpoints),
    word,
  );
  return endpoint ? ok({ settings, endpointId: endpoint.id }) : fail(USAGE_ERROR);
}

/** Where the demo cluster of a running gateway is: it has no key, and its address says all. */
async function demoAddress({ ports }: Cli): Promise<string | undefined> {
  const state = await findGateway(ports);
  return state.kind === 'running' && state.view.config.demo ? state.view.endpoints[0]?.baseUrl : undefined;
}

/** A configuration of nothing but this address: so that it is held to the same rules. */
async function settingsForUrl({ ports, screen }: Cli, given: Given, url: string): Promise<Chosen> {
  const { parseConfig } = await import('../../config/config.ts');
  const name = given.text('api-key-env');
  const endpoint = { base_url: url, ...(name === undefined ? {} : { api_key: `\${${name}}` }) };
  const parsed = await parseConfig(JSON.stringify({ clusters: { doctor: { endpoints: [endpoint] } } }), {
    env: ports.env,
    configFolder: ports.home,
    readSecretFile: () => '',
  });
  if (parsed.ok) return ok({ settings: parsed.value });
  return fail(screen.fail(parsed.error.map(({ message }) => message).join('\n'), USAGE_ERROR));
}

function optionsOf(given: Given, endpointId: string | undefined): CheckupOptions {
  const model = given.text('model');
  const silenceUpToMs = durationOf(given.text('silence-up-to') ?? '');
  return {
    ...(endpointId === undefined ? {} : { endpoint: endpointId }),
    ...(model === undefined ? {} : { model }),
    ...(given.flag('probe-edge') ? { probeEdge: true } : {}),
    ...(silenceUpToMs === undefined ? {} : { silenceUpToMs }),
  };
}

/** Says what it costs before it is spent. */
async function agreed(
  { ports, screen }: Cli,
  given: Given,
  doctor: Doctor,
  options: CheckupOptions,
): Promise<boolean> {
  const { calls, outputTokens, microUsd } = doctor.priceOfProbing(options);
  const price = microUsd === undefined ? screen.text('probePriceUnknown') : money(microUsd);
  screen.remark('probeCost', { calls, tokens: count(outputTokens), price });
  if (given.flag('yes')) return true;
  return (await ports.confirm?.(screen.text('probeAsk'))) ?? false;
}

/** Ctrl-C ends the walk with what was found so far; a second one ends the process. */
async function interruptible<T>(
  { interrupt }: CliPorts,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (interrupt) return work(interrupt);
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(stopping.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
