/** The steps of the doctor, from here to the model. */
export type CheckName =
  | 'config'
  | 'clock'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'proxy'
  | 'http'
  | 'edge'
  | 'key'
  | 'model'
  | 'conversation'
  | 'streaming'
  | 'silence'
  | 'hops';

/** What one step found. Texts are for people, in the language asked for, free of secrets. */
export interface Check {
  readonly name: CheckName;
  /** Absent: not about one endpoint. */
  readonly endpointId?: string;
  readonly status: 'ok' | 'warning' | 'bad' | 'skipped';
  readonly tookMs: number;
  /** One line. */
  readonly summary: string;
  readonly details: readonly string[];
  /** The measurements, for programs. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Something that is wrong, or will be. */
export interface Problem {
  readonly check: CheckName;
  readonly endpointId?: string;
  readonly severity: 'warning' | 'bad';
  readonly what: string;
  readonly fix: string;
  /** Lines of config.yaml to paste. */
  readonly config?: string;
}

export interface Diagnosis {
  readonly healthy: boolean;
  readonly headline: string;
  readonly problems: readonly Problem[];
}

/** The doctor tells as it goes. */
export type CheckupEvent =
  | {
      readonly kind: 'endpoint';
      readonly endpointId: string;
      readonly name: string;
      readonly baseUrl: string;
    }
  | { readonly kind: 'began'; readonly name: CheckName; readonly text: string }
  | { readonly kind: 'checked'; readonly check: Check }
  | { readonly kind: 'diagnosis'; readonly diagnosis: Diagnosis };

/** How thoroughly to look. */
export interface CheckupOptions {
  /** An endpoint's id or name; absent = all enabled ones. */
  readonly endpoint?: string;
  readonly model?: string;
  /** Finds out how long an answer may stay silent, by asking for slow ones. Costs calls. */
  readonly probeEdge?: boolean;
  /** How long a silence `probeEdge` looks for; absent = 130 s. */
  readonly silenceUpToMs?: number;
}
