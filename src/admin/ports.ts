import type { CheckupEvent, CheckupOptions, Diagnosis } from '../domain/checkup.ts';
import type { Explanation, PageExplanation } from '../domain/explanation.ts';
import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type {
  AttemptRecord,
  AttemptsQuery,
  ExchangeRecord,
  LedgerEntry,
  LedgerGrouping,
  LedgerPoint,
  LedgerQuery,
  LedgerSummary,
} from '../domain/ledger.ts';
import type { Result } from '../domain/result.ts';
import type {
  AlertTestView,
  ClusterView,
  ConfigApplied,
  ConfigProblemView,
  ConfigView,
  ExchangeView,
  GatewayView,
  LiveView,
  QueueView,
  RoutesView,
  VerificationView,
  WhatIfAsk,
  WhatIfView,
} from '../domain/view.ts';
import type { Language } from '../errors/catalogue.ts';

/** What the admin API shows and does; the wiring implements it. */
export interface AdminPorts {
  gateway(): GatewayView;
  clusters(): readonly ClusterView[];
  routes(): RoutesView;
  endpoints(): readonly EndpointView[];
  /** Newest last. */
  history(endpointId: string, limit: number): Promise<readonly HealthEvent[]>;
  /** A real conversation now: with one endpoint, or with all enabled ones. */
  verify(endpointId?: string): Promise<readonly VerificationView[]>;
  /** The same, only for those in the failure queue. */
  verifyQueue(endpointId?: string): Promise<readonly VerificationView[]>;
  queue(): readonly QueueView[];
  /** Puts endpoints back into use unverified; how many there were. */
  clearQueue(endpointId?: string): number;
  /** Takes up the configuration file anew. */
  reload(): Promise<Result<{ clusters: number; endpoints: number }, { detail: string }>>;
  /** Begins the drain. */
  stop(): void;
  exchanges(): readonly ExchangeView[];
  /** Ends an exchange; false where none of that id is running. */
  cancelExchange(id: string): boolean;
  /** Forgets what calls have taught of an endpoint: its edge, models without streams, times. False where nothing was learned. */
  forgetEdge(endpointId: string): boolean;
  /** Newest first. */
  ledgerList(query: LedgerQuery): Promise<readonly ExchangeRecord[]>;
  /** By its id, or by the beginning of it where only one exchange begins so. */
  ledgerExchange(id: string): Promise<LedgerEntry | undefined>;
  /** One row without `by`, else a row per group. */
  ledgerSummary(query: Omit<LedgerQuery, 'limit'>, by?: LedgerGrouping): Promise<readonly LedgerSummary[]>;
  /** Newest first; running exchanges are left out. */
  ledgerPoints(query: LedgerQuery): Promise<readonly LedgerPoint[]>;
  /** Calls to one endpoint, newest first. */
  ledgerAttempts(query: AttemptsQuery): Promise<readonly AttemptRecord[]>;
  liveView(): Promise<LiveView>;
  /** Tells of each exchange's row as it is written, until what it returns is called. */
  onExchange(listener: (record: ExchangeRecord) => void): () => void;
  /** What would be decided now. Sends nothing, changes nothing. */
  whatIf(ask: WhatIfAsk, language: Language): Result<WhatIfView, { detail: string }>;
  config(): Promise<ConfigView>;
  /** `text` with its secrets masked, as `config` gave it. */
  checkConfig(text: string): Promise<readonly ConfigProblemView[]>;
  /** Writes it and takes it up, if it is sound and `version` is what is on disk. */
  applyConfig(text: string, version: string): Promise<ConfigApplied>;
  /** Puts an endpoint into use, or takes it out, in the configuration. */
  setEnabled(endpointId: string, enabled: boolean): Promise<Result<undefined, { detail: string }>>;
  /** Undefined: no such exchange. */
  explanation(id: string, language: Language): Promise<Explanation | undefined>;
  explainPage(text: string, language: Language): Promise<PageExplanation>;
  /** Looks endpoints over, from here to the model. Ends soon after `signal`. */
  checkUp(
    options: CheckupOptions,
    language: Language,
    onEvent: (event: CheckupEvent) => void,
    signal: AbortSignal,
  ): Promise<Diagnosis>;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  testAlerts(): Promise<readonly AlertTestView[]>;
}
