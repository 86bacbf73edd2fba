import type { RecordObserver } from '../domain/ledger.ts';
import type { Result } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import type { Clock } from '../platform/clock.ts';
import type { PriceBook } from '../record/record.ts';
import type { Store } from '../storage/storage.ts';
import type { Log, OtlpSettings } from '../telemetry/telemetry.ts';
import type { ConfigFile } from './config-desk.ts';

/** What a gateway is made from. */
export interface GatewayOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: () => number;
  readonly language: Language;
  readonly version: string;
  readonly prices: () => PriceBook;
  /** Where traces and metrics are exported to; absent: nowhere. */
  readonly otlp?: OtlpSettings;
  /** Told of all that goes on record. */
  readonly observers?: readonly RecordObserver[];
  /** The process's: where the doctor finds other programs. Absent: it finds none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the admin API shows and edits. */
  readonly config: ConfigFile;
  /** Folder with the dashboard's files; absent: a page that says how to build them. */
  readonly dashboard?: string;
  readonly demo: boolean;
  /** Reads the configuration again, for `reload`; undefined where it has not changed hands. */
  readonly readSettings: () => Promise<
    Result<{ settings: Settings; demo: boolean }, { readonly detail: string }>
  >;
}
