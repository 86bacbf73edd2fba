import type { Check, CheckupEvent, Diagnosis, Problem } from '../domain/checkup.ts';
import type { Screen } from './screen.ts';
import { withoutControls } from './width.ts';
import { wrapped } from './wrap.ts';

/** Steps of one endpoint. */
const STEPS = 14;
const NAME_WIDTH = 13;
const TICK_MS = 1_000;

/** Shows a check-up as it goes, or collects it. */
export interface CheckupPage {
  onEvent(event: CheckupEvent): void;
  /** Nothing more comes. */
  end(): void;
}

type Met = Extract<CheckupEvent, { kind: 'endpoint' }>;

interface Report {
  readonly endpoints: (Omit<Met, 'kind'> & { checks: Check[] })[];
  diagnosis?: Diagnosis;
}

/** Steps go to stderr while they run; what they found to stdout, or at the end, as one JSON object. */
export function checkupPage(screen: Screen, configFile: string, asJson: boolean): CheckupPage {
  const report: Report = { endpoints: [] };
  const running = runningStep(screen);
  return {
    onEvent(event) {
      take(report, event);
      running.take(event);
      if (asJson) return;
      if (event.kind === 'endpoint') showEndpoint(screen, event, report.endpoints.length > 1);
      if (event.kind === 'checked') showCheck(screen, event.check);
      if (event.kind === 'diagnosis') showDiagnosis(screen, event.diagnosis, report, configFile);
    },
    end() {
      running.done();
      if (asJson) screen.json(report);
    },
  };
}

function take(report: Report, event: CheckupEvent): void {
  if (event.kind === 'endpoint') {
    const { endpointId, name, baseUrl } = event;
    report.endpoints.push({ endpointId, name, baseUrl, checks: [] });
  }
  if (event.kind === 'checked') report.endpoints.at(-1)?.checks.push(event.check);
  if (event.kind === 'diagnosis') report.diagnosis = event.diagnosis;
}

/** The line of what is being waited for, with its seconds. */
function runningStep(screen: Screen) {
  let timer: NodeJS.Timeout | undefined;
  let checked = 0;
  const done = (): void => {
    clearInterval(timer);
    screen.progressDone();
  };
  const begin = (name: string, text: string): void => {
    const line = screen.text('doctorStep', { number: checked + 1, of: STEPS, name, text });
    const begunAt = performance.now();
    screen.progress(line);
    timer = setInterval(() => screen.progress(line, performance.now() - begunAt), TICK_MS);
  };
  const take = (event: CheckupEvent): void => {
    done();
    if (event.kind === 'endpoint') checked = 0;
    if (event.kind === 'checked') checked += 1;
    if (event.kind === 'began') begin(event.name, event.text);
  };
  return { take, done };
}

function showEndpoint(screen: Screen, { endpointId, name, baseUrl }: Met, further: boolean): void {
  if (further) screen.line();
  screen.line(`${screen.paint.strong(withoutControls(name))}  ${baseUrl}  ${screen.paint.faint(endpointId)}`);
}

const MARKS = { ok: '✓', warning: '!', bad: '✗', skipped: '–' } as const;

function showCheck(screen: Screen, { name, status, summary, details }: Check): void {
  const { paint } = screen;
  const colour = { ok: paint.good, warning: paint.warning, bad: paint.bad, skipped: paint.faint }[status];
  const indent = ' '.repeat(NAME_WIDTH + 4);
  const [first = '', ...more] = wrapped(withoutControls(summary), screen.width - indent.length);
  screen.line(`  ${colour(MARKS[status])} ${name.padEnd(NAME_WIDTH)} ${colour(first)}`);
  for (const line of more) screen.line(indent + colour(line));
  for (const detail of details) {
    for (const line of wrapped(withoutControls(detail), screen.width - indent.length)) {
      screen.line(indent + paint.faint(line));
    }
  }
}

function showDiagnosis(screen: Screen, diagnosis: Diagnosis, report: Report, configFile: string): void {
  const { paint } = screen;
  const { healthy, headline, problems } = diagnosis;
  screen.line();
  const colour = healthy
    ? paint.good
    : problems.some(({ severity }) => severity === 'bad')
      ? paint.bad
      : paint.warning;
  for (const line of wrapped(withoutControls(headline), screen.width)) screen.line(colour(line));
  for (const [index, problem] of problems.entries())
    showProblem(screen, problem, index + 1, report, configFile);
}

function showProblem(
  screen: Screen,
  problem: Problem,
  number: number,
  report: Report,
  configFile: string,
): void {
  const { paint } = screen;
  const { check, severity, endpointId, what, fix, config } = problem;
  const name = report.endpoints.find((one) => one.endpointId === endpointId)?.name ?? '–';
  const colour = severity === 'bad' ? paint.bad : paint.warning;
  const about = report.endpoints.length > 1 ? `${withoutControls(name)}, ${check}` : check;
  screen.line();
  const [first = '', ...more] = wrapped(`${number}. ${about}: ${withoutControls(what)}`, screen.width);
  screen.line(colour(first));
  for (const line of more) screen.line(colour(`   ${line}`));
  for (const line of wrapped(withoutControls(fix), screen.width - 3)) screen.line(`   ${line}`);
  if (config === undefined) return;
  const place = screen.text('doctorPlace', { name: withoutControls(name) });
  screen.line(`   ${paint.faint(screen.text('doctorConfig', { file: configFile, place }))}`);
  for (const line of config.split('\n')) screen.line(`       ${paint.strong(line)}`);
}
