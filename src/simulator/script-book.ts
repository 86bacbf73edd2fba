import { ok, type Result } from '../domain/result.ts';
import { parseScript, parseScriptText, type ScriptError, type SimulatorScript } from './script.ts';

const MAX_QUEUED = 10_000;
const MAX_REMEMBERED = 256;

/** Which script is in force: a request's own, else the next in the queue, else the default. */
export class ScriptBook {
  readonly #initial: SimulatorScript;
  #default: SimulatorScript;
  #queue: SimulatorScript[] = [];
  /** Parsed headers: a load test sends the same one each time. */
  #remembered = new Map<string, SimulatorScript>();

  constructor(initial: SimulatorScript) {
    this.#initial = initial;
    this.#default = initial;
  }

  get default(): SimulatorScript {
    return this.#default;
  }

  /** @returns the refused key, if any */
  program(value: unknown): ScriptError | undefined {
    const parsed = parseScript(value);
    if (!parsed.ok) return parsed.error;
    this.#default = parsed.value;
    return undefined;
  }

  /** All or none. */
  enqueue(values: readonly unknown[]): ScriptError | undefined {
    if (this.#queue.length + values.length > MAX_QUEUED) {
      return { key: '', message: `the queue holds at most ${MAX_QUEUED} scripts` };
    }
    const scripts: SimulatorScript[] = [];
    for (const value of values) {
      const parsed = parseScript(value);
      if (!parsed.ok) return parsed.error;
      scripts.push(parsed.value);
    }
    this.#queue = [...this.#queue, ...scripts];
    return undefined;
  }

  /** The script of a call that is no generation: it leaves the queue alone. */
  peek(header: string | undefined): Result<SimulatorScript, ScriptError> {
    return header === undefined ? ok(this.#default) : this.#read(header);
  }

  /** The script of a generation call. */
  take(header: string | undefined): Result<SimulatorScript, ScriptError> {
    if (header !== undefined) return this.#read(header);
    return ok(this.#queue.shift() ?? this.#default);
  }

  #read(header: string): Result<SimulatorScript, ScriptError> {
    const known = this.#remembered.get(header);
    if (known !== undefined) return ok(known);
    const parsed = parseScriptText(header);
    if (!parsed.ok) return parsed;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(header, parsed.value);
    return parsed;
  }

  reset(): void {
    this.#default = this.#initial;
    this.#queue = [];
  }
}
