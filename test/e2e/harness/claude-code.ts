import { CLAUDE } from './places.ts';
import { type Env, run } from './process.ts';
import { tempFolder } from './qcc.ts';

/** What Claude Code reports of one question. */
export interface ClaudeAnswer {
  readonly code: number | undefined;
  readonly text: string;
  readonly isError: boolean;
}

/** What Claude Code needs in order to ask nobody but `baseUrl`. */
export const claudeEnv = (home: string, baseUrl?: string): Env => ({
  HOME: home,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  ...(baseUrl === undefined ? {} : { ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_AUTH_TOKEN: 'x' }),
});

export const ASK = ['-p', 'Say something.', '--output-format', 'json'] as const;

/** Has Claude Code ask one question, in a home and a folder with nothing in them. */
export async function askClaude(baseUrl: string, model?: string): Promise<ClaudeAnswer> {
  const home = tempFolder('claude-home-');
  const args = model === undefined ? ASK : [...ASK, '--model', model];
  const { code, stdout, stderr } = await run(CLAUDE, args, { env: claudeEnv(home, baseUrl), cwd: home });
  return { code, ...readAnswer(stdout || stderr) };
}

/** Its JSON, or whatever else it wrote. */
export function readAnswer(output: string): { text: string; isError: boolean } {
  try {
    const { result, is_error } = JSON.parse(output) as { result: string; is_error: boolean };
    return { text: result, isError: is_error };
  } catch {
    return { text: output, isError: true };
  }
}
