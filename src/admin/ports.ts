import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type {
  ExchangeRecord,
  LedgerEntry,
  LedgerGrouping,
  LedgerQuery,
  LedgerSummary,
} from '../domain/ledger.ts';
import type { Result } from '../domain/result.ts';
import type { ClusterView, ExchangeView, GatewayView, QueueView, VerificationView } from '../domain/view.ts';

/** What the admin API shows and does; the wiring implements it. */
export interface AdminPorts {
  gateway(): GatewayView;
  clusters(): readonly ClusterView[];
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
  /** Forgets the edge that an endpoint's cuts have taught; false where none was learned. */
  forgetEdge(endpointId: string): boolean;
  /** Newest first. */
  ledgerList(query: LedgerQuery): Promise<readonly ExchangeRecord[]>;
  /** By its id, or by the beginning of it where only one exchange begins so. */
  ledgerExchange(id: string): Promise<LedgerEntry | undefined>;
  /** One row without `by`, else a row per group. */
  ledgerSummary(query: Omit<LedgerQuery, 'limit'>, by?: LedgerGrouping): Promise<readonly LedgerSummary[]>;
}
