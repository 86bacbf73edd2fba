import type { AttemptRecord } from '../domain/ledger.ts';
import {
  endedFact,
  historyFacts,
  limitHeaders,
  limitsFact,
  mixedFact,
  saidFact,
  upstreamIdFact,
} from './facts-of.ts';
import { downness, judgeDown } from './judge-down.ts';
import { fact, type Judgement, nameOf, type Remedy, ruling, type Trial } from './judgement.ts';
import { runAround } from './neighbours.ts';
import { detailWord } from './terms.ts';
import { oneLine, type Word } from './wording.ts';

const statusOf = ({ attempt }: Trial): string => String(attempt.status ?? attempt.result);

/** 429 and 529, also as events inside a stream. */
export function judgeLimited(trial: Trial): Judgement {
  const { attempt, endpoint, neighbours } = trial;
  const overloaded = attempt.result === 'overloaded';
  const limited = neighbours.decided.filter(({ result }) => result === attempt.result).length;
  const spend = !overloaded && isSpendLimit(attempt);
  const calls = neighbours.decided.length;
  const name = nameOf(endpoint, attempt.endpointId);
  return ruling(trial, {
    kind: 'rate-limited',
    case: overloaded ? 'limited-load' : spend ? 'limited-spend' : 'limited-rate',
    certainty: spend ? 'likely' : 'sure',
    words: { status: statusOf(trial) },
    facts: [
      limitsFact(trial),
      saidFact(trial),
      calls > 1 && fact('limitedToo', { limited, calls, endpoint: name }),
      upstreamIdFact(trial),
    ],
    remedy: overloaded || spend ? { kind: 'second-endpoint' } : withinLimits(attempt),
  });
}

/** A vendor that knows when its window opens says so; a budget has no such instant. */
function isSpendLimit(attempt: AttemptRecord): boolean {
  if (/quota|credit|billing|budget|spend|balance|余额|额度|欠费/i.test(attempt.said ?? '')) return true;
  return (
    attempt.headers !== undefined &&
    Object.keys(attempt.headers).length > 0 &&
    limitHeaders(attempt).length === 0 &&
    /cap|usage limit/i.test(attempt.said ?? '')
  );
}

/** The limit per minute that the answer named, else a careful one to begin with. */
function withinLimits({ headers }: AttemptRecord): Remedy {
  const named = Number(
    headers?.['anthropic-ratelimit-requests-limit'] ?? headers?.['x-ratelimit-limit-requests'],
  );
  const perMinute = Number.isSafeInteger(named) && named > 0 ? Math.min(named, 1_000_000) : undefined;
  const limit = perMinute === undefined ? 'concurrency: 4' : `rpm: ${perMinute}`;
  return { kind: 'endpoint', lines: [`limits: { ${limit} }`] };
}

/** 401, 402, 403. */
export function judgeKey(trial: Trial): Judgement {
  const { attempt, neighbours } = trial;
  const blocked = attempt.result === 'blocked' || attempt.endedBy === 'edge';
  const name = attempt.status === 402 ? 'bad-account' : blocked ? 'bad-blocked' : 'bad-key';
  const calls = runAround(neighbours, attempt, ({ result }) => result === attempt.result).length;
  return ruling(trial, {
    kind: 'misconfigured',
    case: name,
    certainty: calls > 1 && neighbours.answered.length === 0 ? 'sure' : 'likely',
    words: { status: statusOf(trial) },
    facts: [saidFact(trial), calls > 1 && fact('refusedAll', { calls }), ...historyFacts(trial)],
    remedy: blocked
      ? { kind: 'endpoint', lines: ['proxy: http://127.0.0.1:3128'] }
      : // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a configuration holds
        { kind: 'endpoint', lines: ['api_key: ${API_KEY}  # the valid one'] },
  });
}

/** Statuses with which an edge says that it can't reach what is behind it. 502 and 503 too, where a page came with it. */
const UNREACHABLE = new Set([521, 522, 523, 525, 526, 530]);

/** 5xx and 408. */
export function judgeServerError(trial: Trial): Judgement {
  const { attempt } = trial;
  const status = attempt.status ?? 500;
  const byEdge =
    UNREACHABLE.has(status) || (attempt.endedBy === 'edge' && (status === 502 || status === 503));
  const down = downness(trial);
  if (!byEdge && !down.down) {
    return ruling(trial, {
      kind: 'upstream-error',
      case: 'error-status',
      certainty: 'sure',
      words: { status },
      facts: [saidFact(trial), ...historyFacts(trial), upstreamIdFact(trial)],
      remedy: { kind: 'second-endpoint' },
    });
  }
  if (!byEdge) return judgeDown(trial, down, [saidFact(trial)]);
  return ruling(trial, {
    kind: 'server-down',
    case: 'down-edge',
    certainty: down.down ? down.certainty : 'likely',
    words: { status },
    facts: [saidFact(trial), ...down.facts],
    remedy: { kind: 'second-endpoint' },
  });
}

/** An answer that is none: a page, nothing, an error event. */
export function judgeAnswer(trial: Trial): Judgement {
  const { attempt } = trial;
  const detail = detailWord(attempt);
  if (attempt.result === 'not-api') return judgePageFor(trial, detail);
  return ruling(trial, {
    kind: 'bad-answer',
    case: attempt.result === 'empty' ? 'answer-empty' : 'answer-error',
    certainty: 'sure',
    words: { status: statusOf(trial), detail },
    facts: [endedFact(trial), saidFact(trial), ...historyFacts(trial)],
    remedy: { kind: 'second-endpoint' },
  });
}

/** Pages only: the URL names something else. Pages now and then: an endpoint that fails in a strange way. */
function judgePageFor(trial: Trial, detail: Word): Judgement {
  const { attempt, neighbours } = trial;
  const calls = runAround(neighbours, attempt, ({ result }) => result === 'not-api').length;
  const always = neighbours.answered.length === 0;
  return ruling(trial, {
    kind: always ? 'misconfigured' : 'bad-answer',
    case: always ? 'bad-page' : 'answer-page',
    certainty: always && calls < 2 ? 'likely' : 'sure',
    words: { detail },
    facts: [
      endedFact(trial),
      saidFact(trial),
      always ? calls > 1 && fact('refusedAll', { calls }) : mixedFact(trial),
      ...(always && calls < 2 ? historyFacts(trial) : []),
    ],
    remedy: always ? urlRemedy(trial) : { kind: 'second-endpoint' },
  });
}

/** A URL that ends in the API's own path is a common slip; what stands before it is right. */
function urlRemedy({ endpoint }: Trial): Remedy {
  const now = endpoint?.view?.baseUrl ?? '';
  const slip = /^(https?:\/\/[^?#]+?)\/+(v1\/)?(messages|chat\/completions|responses)\/*$/.exec(now);
  const line = slip
    ? `base_url: ${slip[1]}`
    : `base_url: https://api.example.com  # instead of ${oneLine(now, 200)}`;
  return { kind: 'endpoint', lines: [line] };
}

/** 4xx that is passed on: usually the client's business, but a path or a model that is not there is a setting. */
export function judgeRejected(trial: Trial): Judgement {
  const { attempt, evidence } = trial;
  const { status } = attempt;
  const said = attempt.said ?? '';
  const isModel =
    (attempt.result === 'not-served' || (status !== undefined && status >= 400 && status < 500)) &&
    saysModel(said, evidence.exchange.model);
  if (isModel) return unknownModel(trial);
  const isMissing = evidence.exchange.operation === 'generate' && (status === 404 || status === 405);
  if (isMissing && (isNoApi(attempt) || neverAnswered(trial))) return badPath(trial);
  return ruling(trial, {
    kind: 'request-rejected',
    case: 'rejected',
    certainty: 'sure',
    words: { status: statusOf(trial) },
    facts: [saidFact(trial), upstreamIdFact(trial)],
  });
}

/** An answer in no API's form: a page, bare text, nothing. */
const isNoApi = ({ headers, said }: AttemptRecord): boolean =>
  said === undefined || /html|text\/plain/i.test(headers?.['content-type'] ?? '');

const neverAnswered = ({ neighbours }: Trial): boolean => neighbours.answered.length === 0;

/** Vendors' ways of saying so; the model's own name counts only beside a word for its absence. */
function saysModel(said: string, model: string | undefined): boolean {
  if (
    /model_not_found|no such model|unknown model|model .{0,120}(not exist|not found|not supported|unavailable|not allowed)|(access to|to access|to use) (the |this )?model/i.test(
      said,
    )
  )
    return true;
  if (/模型.{0,80}(不存在|未找到|不支持|无可用)|无权.{0,40}模型/.test(said)) return true;
  if (model === undefined || !said.includes(model)) return false;
  return /^\s*model:|not_found|not found|not exist|unknown|invalid model|not supported|access|permission|无可用/i.test(
    said,
  );
}

function unknownModel(trial: Trial): Judgement {
  const { attempt, endpoint, neighbours, evidence } = trial;
  const { model = '?' } = evidence.exchange;
  const { sameModel } = endpoint ?? {};
  const worked = neighbours.answered.filter(({ exchangeId }) => sameModel?.has(exchangeId)).length > 0;
  const others = neighbours.answered.filter(({ exchangeId }) => !sameModel?.has(exchangeId)).length;
  const name = nameOf(endpoint, attempt.endpointId);
  return ruling(trial, {
    kind: 'misconfigured',
    case: 'bad-model',
    certainty: worked ? 'likely' : 'sure',
    words: { model: oneLine(model, 100), status: statusOf(trial) },
    facts: [saidFact(trial), others > 0 && fact('otherModels', { endpoint: name, answered: others })],
    remedy: { kind: 'endpoint', lines: [`models: { ${JSON.stringify(model)}: its-name-there }`] },
  });
}

function badPath(trial: Trial): Judgement {
  const { attempt, neighbours, evidence } = trial;
  const calls = runAround(neighbours, attempt, (one) => one.status === attempt.status).length;
  return ruling(trial, {
    kind: 'misconfigured',
    case: 'bad-path',
    certainty: calls > 1 && neverAnswered(trial) ? 'sure' : 'likely',
    words: { path: evidence.exchange.path, status: statusOf(trial) },
    facts: [saidFact(trial), calls > 1 && fact('refusedAll', { calls }), ...historyFacts(trial)],
    remedy: urlRemedy(trial),
  });
}
