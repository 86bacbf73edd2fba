import type { Explanation, Finding, PageExplanation, TimelineItem } from '../domain/explanation.ts';
import type { EndpointView } from '../domain/health.ts';
import { seconds } from './format.ts';
import { gridFor } from './grid.ts';
import { logColumns, statusOf, tookMs } from './log-table.ts';
import type { Screen } from './screen.ts';
import { waterfallLines } from './waterfall.ts';
import { widthOf, withoutControls } from './width.ts';
import { hanging, wrapped } from './wrap.ts';

/** Wider lines of prose are hard to read. */
const WIDEST_PROSE = 100;
const INDENT = '   ';

/** All there is to say of one exchange, on a page. */
export function showExplanation(screen: Screen, explanation: Explanation, unicode: boolean): void {
  const { text } = screen;
  const { findings, timeline, waterfall, money, did } = explanation;
  showHead(screen, explanation);
  if (findings.length > 0) heading(screen, text('explainWhy'));
  for (const [index, finding] of findings.entries()) {
    if (index > 0) screen.line();
    showFinding(screen, finding, findings.length > 1 ? `${index + 1}. ` : '');
  }
  if (waterfall.bars.length > 0) {
    heading(screen, text('explainWhere'));
    for (const line of waterfallLines(screen, waterfall, unicode)) screen.line(line);
  }
  if (timeline.length > 0) heading(screen, text('explainWhen'));
  showTimeline(screen, timeline);
  heading(screen, text('explainMoney'));
  prose(screen, '', money);
  if (did.length > 0) heading(screen, text('explainDid'));
  for (const sentence of did) prose(screen, '- ', sentence);
}

function heading({ line, paint }: Screen, title: string): void {
  line();
  line(paint.strong(title));
}

function prose(screen: Screen, first: string, said: string, paint = (line: string) => line): void {
  const width = Math.min(screen.width, WIDEST_PROSE);
  for (const line of hanging(first, withoutControls(said), width)) screen.line(paint(line));
}

function showHead(screen: Screen, { exchange, verdict, headline }: Explanation): void {
  const { text, paint } = screen;
  const colour = { fine: paint.good, slow: paint.warning, recovered: paint.warning, failed: paint.bad };
  const painted = verdict === 'running' ? paint.strong : colour[verdict];
  screen.line(`${exchange.id}  ${painted(text(`verdict-${verdict}`))}`);
  const took = tookMs(exchange);
  const status = statusOf(exchange);
  const facts = [
    localTime(exchange.startedAt),
    ...(took === undefined ? [] : [`${seconds(took)} s`]),
    exchange.path,
    exchange.model ?? '-',
    exchange.client,
    ...(status === undefined ? [] : [String(status)]),
  ];
  prose(screen, '', facts.join(' · '), paint.faint);
  screen.line();
  prose(screen, '', headline, paint.strong);
}

function localTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

function showFinding(screen: Screen, finding: Finding, number: string): void {
  const { text } = screen;
  const likely = finding.certainty === 'likely' ? text('likely') : '';
  prose(screen, number, `${likely}${finding.what}`);
  for (const fact of finding.evidence) prose(screen, `${INDENT}- `, fact, screen.paint.faint);
  showFix(screen, finding, INDENT);
}

function showFix(screen: Screen, { fix, config }: { fix: string; config?: string }, indent: string): void {
  if (fix !== '') prose(screen, `${indent}${screen.text('explainFix')}`, fix);
  if (config === undefined) return;
  screen.line(`${indent}${screen.text('adviceChange')}`);
  screen.line();
  // As it is: it is pasted.
  for (const line of config.trimEnd().split('\n'))
    screen.line(`${indent}    ${screen.paint.good(withoutControls(line))}`);
}

function showTimeline(screen: Screen, items: readonly TimelineItem[]): void {
  const { text } = screen;
  const times = items.map(({ atMs }) => `${seconds(atMs)} s`);
  const wide = Math.max(...times.map(widthOf), 0);
  const names = items.map(({ who }) => text(`who-${who}`));
  const wideName = Math.max(...names.map(widthOf), 0);
  for (const [index, item] of items.entries()) {
    const name = names[index] ?? '';
    const first = `${(times[index] ?? '').padStart(wide)}  ${name}${' '.repeat(wideName - widthOf(name))}  `;
    prose(screen, first, item.text);
  }
}

/** What a text turned out to be that is no exchange of ours for sure: what its page says, and what may be meant. */
export function showPage(
  screen: Screen,
  page: Extract<PageExplanation, { kind: 'page' }>,
  endpoints: readonly EndpointView[],
): void {
  const { text, paint } = screen;
  prose(screen, '', page.headline, paint.strong);
  screen.line();
  prose(screen, '', page.what);
  if (page.fix !== '' || page.config !== undefined) screen.line();
  showFix(screen, page, '');
  if (page.candidates.length === 0) return;
  heading(screen, text('explainCandidates'));
  showCandidates(screen, page.candidates, endpoints);
  screen.line();
  screen.say('explainOne', { id: page.candidates[0]?.id ?? '' });
}

/** Exchanges one of which may be meant. */
export function showCandidates(
  screen: Screen,
  candidates: Extract<PageExplanation, { kind: 'page' }>['candidates'],
  endpoints: readonly EndpointView[],
): void {
  const grid = gridFor(
    logColumns(screen, () => endpoints, Date.now),
    candidates,
    { width: screen.width },
  );
  screen.line(screen.paint.faint(grid.head.trimEnd()));
  for (const one of candidates) screen.line(grid.line(one).trimEnd());
}

/** What proxy.log has of a request that never became an exchange. */
export function showLogLines(screen: Screen, id: string, file: string, lines: readonly string[]): void {
  for (const line of wrapped(screen.text('explainFromLog', { id, file }), screen.width)) screen.line(line);
  screen.line();
  for (const line of lines) screen.line(withoutControls(line));
}
