import type { ExchangeRecord } from '../domain/ledger.ts';
import { type Context, isRunning } from './context.ts';
import { DEEDS } from './messages-story.ts';
import { type Message, say, type Words } from './wording.ts';

/** What it cost, and whether that was lost. Unknown is unknown, never 0. */
export function moneyText(context: Context): string {
  const text = (message: Message, words: Words) => say(message, words, context.language);
  const { exchange } = context.evidence;
  if (isRunning(exchange)) return text(DEEDS.costRunning, {});
  const sentences = [costText(exchange, text), ...lostTexts(context, text), ...savedText(exchange, text)];
  return sentences.join(context.language === 'zh' ? '' : ' ');
}

type Text = (message: Message, words: Words) => string;

function costText({ charge, costMicroUsd }: ExchangeRecord, text: Text): string {
  if (charge === 'not-charged') return text(DEEDS.costNothing, {});
  if (charge === 'unknown' || costMicroUsd === undefined) return text(DEEDS.costUnknown, {});
  const cost = { microUsd: costMicroUsd };
  return text(charge === 'estimated' ? DEEDS.costEstimated : DEEDS.costKnown, { cost });
}

/** Paid for and lost is one thing; perhaps paid for is another. */
function lostTexts({ evidence }: Context, text: Text): readonly string[] {
  const { exchange, attempts } = evidence;
  if (exchange.lostCalls === 0) return [];
  const isPaid = (charge: string) => charge === 'charged' || charge === 'estimated';
  const maybe = attempts.filter(
    ({ charge, chargeRisk, result }) =>
      charge === 'unknown' && result !== 'answered' && (chargeRisk === 'likely' || chargeRisk === 'certain'),
  ).length;
  const paid = Math.max(0, exchange.lostCalls - maybe);
  const costs = attempts.filter(({ charge, result }) => isPaid(charge) && wasLost(result, exchange));
  const known = costs.length === paid && costs.every(({ costMicroUsd }) => costMicroUsd !== undefined);
  const lost = costs.reduce((all, { costMicroUsd = 0 }) => all + costMicroUsd, 0);
  return [
    ...(paid === 0
      ? []
      : [
          known
            ? text(DEEDS.lostKnown, { lost: { microUsd: lost }, calls: paid })
            : text(DEEDS.lostUnpriced, { calls: paid }),
        ]),
    ...(maybe > 0 ? [text(DEEDS.lostMaybe, { calls: maybe })] : []),
  ];
}

const wasLost = (result: string, { delivery }: ExchangeRecord): boolean =>
  result !== 'answered' || delivery !== 'delivered';

function savedText({ savedCalls, savedMicroUsd }: ExchangeRecord, text: Text): readonly string[] {
  if (savedCalls === 0) return [];
  return savedMicroUsd === undefined
    ? [text(DEEDS.savedUnpriced, { calls: savedCalls })]
    : [text(DEEDS.saved, { calls: savedCalls, saved: { microUsd: savedMicroUsd } })];
}
