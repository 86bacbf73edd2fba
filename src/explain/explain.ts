import type { Explanation } from '../domain/explanation.ts';
import type { Language } from '../errors/catalogue.ts';
import { type Context, isRunning } from './context.ts';
import { deedsOf } from './deeds.ts';
import { type Evidence, EXPLAIN_RULES, type ExplainRules } from './evidence.ts';
import { findingOf, judge } from './findings.ts';
import { headlineOf, verdictOf } from './headline.ts';
import { moneyText } from './money.ts';
import { timelineOf } from './timeline.ts';
import { waterfallOf } from './waterfall.ts';

export {
  type ClusterEvidence,
  type EndpointEvidence,
  type Evidence,
  EXPLAIN_RULES,
  type ExplainRules,
} from './evidence.ts';
export { explainPage, type FoundBy, foundByText } from './page-explanation.ts';
export { type PageReading, readPage } from './page-reading.ts';

/**
 * Why a request was slow, cut or failed: all there is to say of it, from what the ledger holds. Pure: the same
 * evidence, language and instant give the same explanation. `now`: ms since the epoch; the end of one that runs.
 */
export function explain(
  evidence: Evidence,
  language: Language,
  now: number,
  rules: Partial<ExplainRules> = {},
): Explanation {
  const { exchange, attempts } = evidence;
  const all = { ...EXPLAIN_RULES, ...rules };
  const endedAt = endOf(evidence, now);
  const context: Context = { evidence, language, rules: all, endedAt };
  const findings = judge(evidence, all, endedAt).map((one) => findingOf(one, evidence, language));
  const verdict = verdictOf(context, findings);
  return {
    exchange,
    attempts,
    verdict,
    headline: headlineOf(context, verdict, findings),
    findings,
    timeline: timelineOf(context),
    waterfall: waterfallOf(context),
    money: moneyText(context),
    did: deedsOf(context),
  };
}

/** Rows without an end: it runs, or a crash has left them open, and the last thing known is all there is. */
function endOf({ exchange, attempts }: Evidence, now: number): number {
  const { startedAt, endedAt } = exchange;
  if (endedAt !== undefined) return Math.max(startedAt, endedAt);
  if (isRunning(exchange)) return Math.max(startedAt, now);
  return Math.max(startedAt, ...attempts.map((one) => one.startedAt + one.totalMs));
}
