import { readFileSync } from 'node:fs';
import type * as Config from '../../config/config.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { advise } from '../advise/advice.ts';
import { unifiedDiff } from '../advise/diff.ts';
import type { Advice } from '../advise/finding.ts';
import { showAdvice } from '../advise/page.ts';
import { readConfigured } from '../configured.ts';
import { filesOf } from '../files.ts';
import type { Trouble } from '../gateway-client.ts';
import { findGateway, type Gateway } from '../gateway-state.ts';
import type { Cli, Given, Run } from '../given.ts';
import { sinceOf } from '../since.ts';
import { failWithout, showAnswer } from '../with-gateway.ts';

/** What is read of each: the newest ones, and the newest ones that lost money. */
const READ_ENTRIES = 1_000;

/** `advise`: what the record says should be changed; with `--apply`, changes it. */
export const adviseCommand: Run = async (cli, given) => {
  const { ports, screen } = cli;
  const file = filesOf(ports.home).config;
  const configured = await readConfigured(ports);
  if (configured.kind === 'no-file') return screen.fail(screen.text('noConfigFile', { file }));
  if (configured.kind === 'problems') return screen.problems(configured.text);
  const state = await findGateway(ports);
  if (state.kind !== 'running') return failWithout(cli, state);
  return showAnswer(cli, await readEntries(state.gateway, given), async (entries) => {
    const advice = advise(entries, configured.settings);
    const { changeText } = await import('../../config/config.ts');
    if (given.flag('json'))
      screen.json(advice.map((one) => (one.change ? { ...one, yaml: changeText(one.change) } : one)));
    else showAdvice(screen, advice, entries.length, changeText);
    return given.flag('apply') ? apply(cli, given, advice) : 0;
  });
};

async function readEntries(gateway: Gateway, given: Given): Promise<Result<readonly LedgerEntry[], Trouble>> {
  const since = sinceOf(given.text('since') ?? '', Date.now());
  const path = `ledger?attempts=true&limit=${READ_ENTRIES}${since === undefined ? '' : `&since=${since}`}`;
  const found = new Map<string, LedgerEntry>();
  for (const asked of [path, `${path}&lost=true`]) {
    const answer = await gateway.get<readonly LedgerEntry[]>(asked);
    if (!answer.ok) return answer;
    for (const entry of answer.value) found.set(entry.exchange.id, entry);
  }
  return ok([...found.values()]);
}

/** Shows what the file would become, asks, and writes it: whole or not at all, and only if it is valid. */
async function apply(cli: Cli, given: Given, advice: readonly Advice[]): Promise<number> {
  const { ports, screen } = cli;
  const file = filesOf(ports.home).config;
  const config = await import('../../config/config.ts');
  const text = readFileSync(file, 'utf8');
  const environment: Config.Environment = {
    env: ports.env,
    readSecretFile: (path) => readFileSync(path, 'utf8'),
    configFolder: ports.home,
  };
  const changed = changedBy(text, advice, config, environment);
  if (!changed.ok) return screen.fail(config.formatProblems(file, [changed.error]));
  const diff = unifiedDiff(text, changed.value, file);
  if (diff.length === 0) return 0;
  const parsed = await config.parseConfig(changed.value, environment);
  if (!parsed.ok) {
    const problems = parsed.error.map(({ path, message }) => ({ path, message }));
    return screen.fail(
      `${screen.text('editRefused', { file })}\n${config.formatProblems(file, problems)}`,
      2,
    );
  }
  const { show, agreed } = askingOf(cli, given);
  for (const line of diff) show(config.maskSecrets(line));
  if (!(await agreed())) return screen.fail(screen.text('notApplied', { file }));
  if (readFileSync(file, 'utf8') !== text) return screen.fail(screen.text('changedMeanwhile', { file }));
  config.writeAtomically(file, changed.value);
  show(screen.text('applied', { file }));
  screen.remark('reloadsItself');
  return 0;
}

/** With `--json` only the advice goes to stdout. */
function askingOf({ ports, screen }: Cli, given: Given) {
  const show = (line: string): void =>
    given.flag('json') ? void ports.stderr.write(`${line}\n`) : screen.line(line);
  const agreed = async (): Promise<boolean> => {
    if (given.flag('yes')) return true;
    return (await ports.confirm?.(screen.text('applyThis'))) ?? false;
  };
  return { show, agreed };
}

/** Routes go in last: the places of other changes would move. */
function changedBy(
  text: string,
  advice: readonly Advice[],
  { applyChange }: typeof Config,
  environment: Config.Environment,
): Result<string, Config.ConfigProblem> {
  const changes = advice.flatMap(({ change }) => change ?? []);
  const inOrder = [
    ...changes.filter(({ kind }) => kind !== 'route'),
    ...changes.filter(({ kind }) => kind === 'route').reverse(),
  ];
  let changed = text;
  for (const change of inOrder) {
    const edited = applyChange(changed, change, environment);
    if (!edited.ok) return fail(edited.error);
    changed = edited.value;
  }
  return ok(changed);
}
