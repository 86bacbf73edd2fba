import type { Expectation, PredictKey } from './expectation.ts';
import { tokenClassOf } from './size-class.ts';

/** Rules of thumb for the p95 of the time to the first event; the first rule that fits holds. */
interface Prior {
  readonly model?: RegExp;
  /** Absent = any. */
  readonly efforts?: readonly string[];
  readonly firstEventMs: number;
  readonly because: string;
}

/** Models that think before they answer whether asked to or not. */
const REASONING = /(^|[/:.])(gpt-5|o[1-9])|reason|thinking|(^|[-/])r1($|[-.:])/i;
const PLAIN = ['', 'none', 'minimal'];

export const PRIORS: readonly Prior[] = [
  {
    model: /(^|[/:.])(gpt-5[\w.]*|o[1-9])-pro|deep-research/i,
    firstEventMs: 300_000,
    because: 'their vendor says that they may take several minutes, and has them asked in the background',
  },
  {
    model: REASONING,
    efforts: ['high', 'xhigh', 'max'],
    firstEventMs: 240_000,
    because: 'they think in silence: nothing is streamed until the first visible token',
  },
  {
    efforts: ['xhigh', 'max'],
    firstEventMs: 200_000,
    because: 'thinking budgets of tens of thousands of tokens, which relays often do not pass on as events',
  },
  { efforts: ['high'], firstEventMs: 120_000, because: 'some 6,000 tokens of thinking at 50 to 60 a second' },
  { model: REASONING, efforts: ['none', 'minimal'], firstEventMs: 15_000, because: 'hardly any thinking' },
  { model: REASONING, efforts: ['low'], firstEventMs: 30_000, because: 'some 1,500 tokens of thinking' },
  { model: REASONING, firstEventMs: 60_000, because: 'without a word they think with medium effort' },
  { efforts: PLAIN, firstEventMs: 10_000, because: 'reading the prompt, and a queue at busy times' },
  { efforts: ['low'], firstEventMs: 20_000, because: 'some 500 tokens of thinking' },
  { firstEventMs: 45_000, because: 'medium effort, thinking, or an effort not known here: 2,500 tokens' },
];

/** Pace of models of the middle size; large ones are slower, small ones faster. */
const TOKENS_PER_SECOND = 60;

/**
 * What is written at p95, in tokens, by class of `max_tokens`. Clients set it as a ceiling: the small ones are
 * reached, of the large ones most answers use a tenth.
 */
const WRITTEN_TOKENS = [4_000, 1_024, 4_000, 8_000, 16_000];

/** What to expect of a call before any like it was seen. Pure; costs below a µs. */
export function priorOf({ model, effort, stream, sizeClass }: Omit<PredictKey, 'endpointId'>): Expectation {
  const asked = effort.toLowerCase();
  const { firstEventMs } = PRIORS.find(
    (prior) => (prior.model?.test(model) ?? true) && (prior.efforts?.includes(asked) ?? true),
  )!;
  const written = WRITTEN_TOKENS[tokenClassOf(sizeClass)] ?? WRITTEN_TOKENS[0]!;
  const totalMs = firstEventMs + (written / TOKENS_PER_SECOND) * 1_000;
  // What is not streamed is silent until it is whole.
  const silenceMs = stream ? firstEventMs : totalMs;
  return { firstEventMs: silenceMs, silenceMs, totalMs, basis: 'prior', samples: 0 };
}
