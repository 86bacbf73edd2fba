import type { CheckupEvent, CheckupOptions, Diagnosis } from '../domain/checkup.ts';
import type { PageExplanation } from '../domain/explanation.ts';
import type { Result } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import type { DemoResult } from '../domain/view.ts';
import type { Language } from '../errors/catalogue.ts';

/** As much of a terminal as the CLI needs. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Tells of a change of its size. */
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

/** The keys pressed on a terminal, as they are pressed. */
export interface Keyboard {
  /** Calls `onKey` with each key (`q`, `\u0003` for Ctrl-C) until what it returns is called. */
  listen(onKey: (key: string) => void): () => void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Which lines of a log are wanted. */
export interface LogFilter {
  /** This level and the louder ones. */
  readonly level?: LogLevel;
  /** Lines that contain this text, whatever its case. */
  readonly grep?: string;
}

export interface LogTailOptions extends LogFilter {
  /** At most this many lines, the newest ones. */
  readonly lines: number;
}

export interface StartOptions {
  readonly host?: string;
  readonly port?: number;
  /** Name of the cluster to use as the default one. */
  readonly cluster?: string;
  readonly configFile: string;
}

/** A gateway that listens in this process. */
export interface StartedGateway {
  /** Base URLs, `http://127.0.0.1:7860`. */
  readonly addresses: readonly string[];
  /** No config file was found: the built-in demo cluster answers. */
  readonly demo: boolean;
  /** Settles with the exit code once the gateway has drained. */
  readonly stopped: Promise<number>;
}

/** How far the demo has come on one of its two ways. */
export interface DemoProgress {
  readonly side: 'direct' | 'through';
  /** Requests that have ended, well or not. */
  readonly done: number;
  readonly of: number;
  readonly waitedMs: number;
}

/** Walks from here to endpoints' models. */
export interface Doctor {
  checkUp(
    options: CheckupOptions,
    onEvent: (event: CheckupEvent) => void,
    signal: AbortSignal,
  ): Promise<Diagnosis>;
  /** What `probeEdge` would cost at most; `microUsd` is absent where a list price is not known. */
  priceOfProbing(options: CheckupOptions): {
    readonly calls: number;
    readonly outputTokens: number;
    readonly microUsd?: number;
  };
}

/** What the CLI needs from the outside; given by the wiring. */
export interface CliPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Where `--api-key-stdin` and `explain` read from; absent = the process's own. */
  readonly stdin?: AsyncIterable<string | Uint8Array>;
  /** Absent where standard input is no terminal. */
  readonly keyboard?: Keyboard;
  readonly language: Language;
  /** `$QCC_HOME`, resolved: the folder of config.yaml, proxy.log, proxy.pid, qcc.db. */
  readonly home: string;
  /** Runs the gateway in this process. */
  startGateway(options: StartOptions): Promise<Result<StartedGateway, { detail: string; exitCode: number }>>;
  /** Runs the simulator in this process, until it is ended. */
  startSimulator(options: {
    host: string;
    port: number;
    scriptFile?: string;
  }): Promise<Result<{ url: string }, { detail: string }>>;
  /** Runs the same requests with and without a gateway, against a simulator in this process. */
  runDemo(options: {
    onProgress(progress: DemoProgress): void;
  }): Promise<Result<DemoResult, { detail: string }>>;
  /** A doctor for what these settings say; needs no gateway. */
  doctor(settings: Settings): Promise<Doctor>;
  /** Asks a yes-or-no question on the terminal; absent where nobody is there to answer. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** The newest lines of a log file, oldest first; none where there is no file. */
  readLogTail(file: string, options: LogTailOptions): string[];
  /** Calls `onLine` for each line written from now on, over rotations. */
  followLog(file: string, onLine: (line: string) => void): { close(): void };
  /** A test for lines of the log: what `followLog` gives is filtered by it. */
  lineFilter(filter: LogFilter): (line: string) => boolean;
  /** Ends what runs until it is interrupted (`logs -f`, `simulate`); absent = SIGINT and SIGTERM do. */
  readonly interrupt?: AbortSignal;
  /** What a pasted page or message says by itself, for when no gateway can be asked; absent = nobody can tell. */
  readonly explainPage?: (text: string) => Promise<PageExplanation>;
  /** Starts `qcc ARGS` as a process of its own that outlives this one; its pid. */
  spawnDetached(args: readonly string[]): number;
  /**
   * Runs a program on this terminal with `env` added to the environment; its exit code,
   * or 127 where there is no such program.
   */
  runProgram(command: string, args: readonly string[], env: Record<string, string>): Promise<number>;
}
