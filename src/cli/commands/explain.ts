import { existsSync } from 'node:fs';
import type { Explanation, PageExplanation } from '../../domain/explanation.ts';
import type { ExchangeRecord, LedgerEntry } from '../../domain/ledger.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { ExchangeView, GatewayView } from '../../domain/view.ts';
import { ago } from '../endpoint-tables.ts';
import { showCandidates, showExplanation, showLogLines, showPage } from '../explanation-page.ts';
import { filesOf } from '../files.ts';
import type { Trouble } from '../gateway-client.ts';
import { findGateway, type Gateway } from '../gateway-state.ts';
import type { Cli, Given, Run } from '../given.ts';
import { type Question, questionOf, readInput } from '../question.ts';
import { failWithout, showAnswer } from '../with-gateway.ts';

/** Newest rows looked through for one that ends as said. */
const LOOKED_THROUGH = 1_000;
const LOG_LINES = 50;
/** Somebody who forgot the page sits before a cursor. */
const INPUT_REMARK_MS = 1_000;

/** A command under way: whom it asks, and how it answers. */
interface Asking {
  readonly cli: Cli;
  readonly gateway: Gateway;
  readonly view: GatewayView;
  readonly json: boolean;
}

/** `explain [ID | text]`: why a request was slow, was cut, or failed. 0 = explained, 1 = nobody knows. */
export const explain: Run = async (cli, given) => {
  const question = questionOf(await wordsOf(cli, given));
  const json = given.flag('json');
  const state = await findGateway(cli.ports);
  if (state.kind === 'running') {
    const { gateway, view } = state;
    return answer({ cli, gateway, view, json }, question);
  }
  // What was turned away is in the log, gateway or not.
  if (question.kind === 'id' && logLines(cli, question.id).length > 0) return fromLog(cli, question.id, json);
  return byItself(cli, question, json, () => failWithout(cli, state));
};

/** Without a gateway a page can still be explained as such, if not whose request it was. */
async function byItself(
  { ports, screen }: Cli,
  question: Question,
  json: boolean,
  otherwise: () => number,
): Promise<number> {
  const text = 'text' in question ? question.text : undefined;
  const page = text === undefined ? undefined : await ports.explainPage?.(text);
  if (page?.kind !== 'page' || page.unrecognised) return otherwise();
  screen.remark('explainOffline');
  if (json) screen.json(page);
  else showPage(screen, page, []);
  return 0;
}

async function wordsOf({ ports, screen }: Cli, given: Given): Promise<string> {
  if (given.words.length > 0 && given.words.join('') !== '-') return given.words.join(' ');
  if (given.words.length === 0 && ports.keyboard) return '';
  const waiting = setTimeout(() => screen.remark('readingInput'), INPUT_REMARK_MS);
  try {
    return await readInput(ports);
  } finally {
    clearTimeout(waiting);
  }
}

function answer(asking: Asking, question: Question): Promise<number> {
  switch (question.kind) {
    case 'newest':
      return newest(asking);
    case 'id':
      return byId(asking, question.id, 'id', question.text);
    case 'part':
      return byPart(asking, question.word);
    case 'text':
      return byText(asking, question.text);
  }
}

/** The newest request that failed, or lost money. */
async function newest(asking: Asking): Promise<number> {
  const { cli, gateway, json } = asking;
  const asked = await Promise.all(
    ['failed', 'lost'].map((what) => gateway.get<readonly ExchangeRecord[]>(`ledger?${what}=true&limit=1`)),
  );
  const found: ExchangeRecord[] = [];
  for (const one of asked) {
    if (!one.ok) return showAnswer(cli, one, () => 1);
    found.push(...one.value);
  }
  const [last] = found.sort((a, b) => b.startedAt - a.startedAt);
  if (!last) {
    if (json) cli.screen.json(null);
    else cli.screen.say('nothingWrong');
    return 0;
  }
  const age = ago(cli.screen, Date.now() - last.startedAt);
  cli.screen.remark(last.failed === false ? 'newestLost' : 'newestFailed', { id: last.id, age });
  return byId(asking, last.id, 'newest');
}

/** `text`: what else was pasted with the id, for when the ledger does not know it. */
async function byId(asking: Asking, id: string, foundBy: string, text?: string): Promise<number> {
  const { cli, gateway, json } = asking;
  const path = `ledger/${encodeURIComponent(id)}/explanation?language=${cli.ports.language}`;
  const explained = await gateway.get<Explanation>(path);
  if (explained.ok) return show(asking, { kind: 'exchange', explanation: explained.value, foundBy });
  if (!isUnknown(explained.error)) return showAnswer(cli, explained, () => 1);
  if (logLines(cli, id).length > 0) return fromLog(cli, id, json);
  if (text !== undefined) return byText(asking, text);
  return cli.screen.fail(cli.screen.text('noRecordedExchange', { word: id }));
}

const isUnknown = (error: Trouble): boolean => error.kind === 'refused' && error.code === 'unknown_exchange';

/** A word that begins or ends one id only; where it is of none, it is a text. */
async function byPart(asking: Asking, word: string): Promise<number> {
  const { cli, view } = asking;
  const fitting = await exchangesLike(asking.gateway, word);
  if (!fitting.ok) return showAnswer(cli, fitting, () => 1);
  const [one, ...more] = fitting.value;
  if (!one && word.startsWith('req-')) {
    return asking.cli.screen.fail(asking.cli.screen.text('noRecordedExchange', { word }));
  }
  if (!one) return byText(asking, word);
  if (more.length === 0) return byId(asking, one.id, 'id');
  cli.screen.fail(cli.screen.text('severalExchanges', { word }));
  const records = fitting.value.filter((each): each is ExchangeRecord => 'requestBytes' in each);
  if (!asking.json && records.length > 0) showCandidates(cli.screen, records, view.endpoints);
  return 1;
}

async function exchangesLike(
  gateway: Gateway,
  word: string,
): Promise<Result<readonly { readonly id: string }[], Trouble>> {
  const beginning = word.startsWith('req-') ? word : `req-${word}`;
  const [running, newestRows, failedRows, byBeginning] = await Promise.all([
    gateway.get<readonly ExchangeView[]>('exchanges'),
    gateway.get<readonly ExchangeRecord[]>(`ledger?limit=${LOOKED_THROUGH}`),
    gateway.get<readonly ExchangeRecord[]>(`ledger?failed=true&limit=${LOOKED_THROUGH}`),
    gateway.get<LedgerEntry>(`ledger/${encodeURIComponent(beginning)}`),
  ]);
  const found = new Map<string, { readonly id: string }>();
  for (const answered of [running, newestRows, failedRows]) {
    if (!answered.ok) return fail(answered.error);
    for (const one of answered.value) {
      if (one.id.startsWith(beginning) || one.id.endsWith(word)) found.set(one.id, one);
    }
  }
  if (byBeginning.ok) found.set(byBeginning.value.exchange.id, byBeginning.value.exchange);
  return ok([...found.values()]);
}

async function byText(asking: Asking, text: string): Promise<number> {
  const { cli, gateway } = asking;
  const path = `explain?language=${cli.ports.language}`;
  const explained = await gateway.post<PageExplanation>(path, { text });
  return showAnswer(cli, explained, (page) => {
    // It may be wrong: people should see what it rests on.
    if (page.kind === 'exchange') cli.screen.remark('explainFoundBy', { by: page.foundBy });
    return show(asking, page);
  });
}

function show({ cli, view, json }: Asking, page: PageExplanation): number {
  const { screen, ports } = cli;
  if (json) screen.json(page);
  else if (page.kind === 'exchange') showExplanation(screen, page.explanation, showsBlocks(ports.env));
  else showPage(screen, page, view.endpoints);
  return page.kind === 'page' && page.unrecognised && page.candidates.length === 0 ? 1 : 0;
}

/** Whether the locale is one of UTF-8. */
export function showsBlocks(env: Cli['ports']['env']): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

function logLines({ ports }: Cli, id: string): readonly string[] {
  const file = filesOf(ports.home).log;
  return existsSync(file) ? ports.readLogTail(file, { lines: LOG_LINES, grep: id }) : [];
}

function fromLog(cli: Cli, id: string, json: boolean): number {
  const file = filesOf(cli.ports.home).log;
  const lines = logLines(cli, id);
  if (json) cli.screen.json({ kind: 'log', id, file, lines });
  else showLogLines(cli.screen, id, file, lines);
  return 0;
}
