import { readFileSync } from 'node:fs';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { parseScriptText, type SimulatorScript, startSimulator } from '../simulator/simulator.ts';

/** Runs the simulator in this process, with a script from a file. */
export async function runSimulator(options: {
  host: string;
  port: number;
  scriptFile?: string;
}): Promise<Result<{ url: string }, { detail: string }>> {
  const { host, port, scriptFile } = options;
  try {
    const script =
      scriptFile === undefined ? ok<SimulatorScript>({}) : parseScriptText(readFileSync(scriptFile, 'utf8'));
    if (!script.ok) return fail({ detail: `${scriptFile}: ${script.error.message}` });
    const { url } = await startSimulator({ host, port, script: script.value });
    return ok({ url });
  } catch (error) {
    return fail({ detail: (error as Error).message });
  }
}
