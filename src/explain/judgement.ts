import type { FindingKind } from '../domain/explanation.ts';
import type { AttemptRecord } from '../domain/ledger.ts';
import type { EndpointEvidence, Evidence, ExplainRules } from './evidence.ts';
import type { CaseName } from './messages-cases.ts';
import type { FactName } from './messages-facts.ts';
import type { Neighbours } from './neighbours.ts';
import type { Message, Words } from './wording.ts';

/** A piece of evidence, not yet in words. */
export interface Fact {
  readonly fact: FactName;
  readonly words: Words;
}

/** What would have prevented it, as settings. Names, not YAML: `config-lines.ts` writes that. */
export type Remedy =
  | { readonly kind: 'raise-timer'; readonly timer: string; readonly setBy: string; readonly ms: number }
  /** Lines of an endpoint: of the one that the judgement is about, unless another is named. */
  | { readonly kind: 'endpoint'; readonly lines: readonly string[]; readonly id?: string }
  | { readonly kind: 'second-endpoint' }
  /** The endpoint that the judgement is about goes behind the others of its cluster. */
  | { readonly kind: 'prefer-others' }
  | { readonly kind: 'listener-edge'; readonly silenceMs: number }
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

/** Why an attempt, or the exchange, went as it did: a value, the same in every language. */
export interface Judgement {
  readonly kind: FindingKind;
  /** Which text tells of it. */
  readonly case: CaseName;
  readonly certainty: 'sure' | 'likely';
  /** Empty = the exchange as a whole. */
  readonly attempts: readonly number[];
  readonly endpointId?: string;
  readonly words: Words;
  readonly facts: readonly Fact[];
  readonly remedy?: Remedy;
  /** In place of the case's own advice. */
  readonly fix?: Message;
  /** How long it took or held the exchange up: the weightiest finding stands first. */
  readonly weightMs: number;
}

/** What one attempt is judged by. */
export interface Trial {
  readonly attempt: AttemptRecord;
  readonly endpoint: EndpointEvidence | undefined;
  readonly neighbours: Neighbours;
  readonly evidence: Evidence;
  readonly rules: ExplainRules;
}

type Ruling = Omit<Judgement, 'attempts' | 'endpointId' | 'words' | 'facts' | 'weightMs'> & {
  readonly words?: Words;
  readonly facts?: readonly (Fact | undefined | false)[];
};

/** A judgement about one attempt: its endpoint's name is among the words of every text. */
export function ruling({ attempt, endpoint }: Trial, made: Ruling): Judgement {
  return {
    ...made,
    attempts: [attempt.n],
    endpointId: attempt.endpointId,
    words: { endpoint: nameOf(endpoint, attempt.endpointId), n: attempt.n, ...made.words },
    facts: (made.facts ?? []).filter((fact): fact is Fact => !!fact),
    weightMs: attempt.totalMs,
  };
}

/** Enabled endpoints of the exchange's cluster, besides the one named. */
export const othersOf = ({ cluster }: Evidence, id: string | undefined): Evidence['cluster'] =>
  cluster.filter((one) => one.enabled && one.id !== id);

export const nameOf = (endpoint: EndpointEvidence | undefined, id: string): string =>
  endpoint?.view?.name ?? id;

export const fact = (name: FactName, words: Words): Fact => ({ fact: name, words });
