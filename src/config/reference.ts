import { isAbsolute, join } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Environment } from './problem.ts';

/** Turns a configured text into its value, or says what is wrong without saying the value. */
export type Resolve = (text: string) => Result<string, string>;

const NAME = /\$\{([^}]*)\}?/g;
const PROPER = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

function expandNames(text: string, env: Environment['env']): Result<string, string> {
  let problem: string | undefined;
  const value = text.replace(NAME, (reference, name: string) => {
    if (!PROPER.test(reference))
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the config's notation
      problem ??= 'expected a reference of the form ${NAME}, found another use of "${"';
    const found = Object.hasOwn(env, name) ? env[name] : undefined;
    if (found === undefined) problem ??= `environment variable ${name} is not set`;
    else if (found === '') problem ??= `environment variable ${name} is empty`;
    return found ?? '';
  });
  return problem === undefined ? ok(value) : fail(problem);
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ENOENT'
    ? 'no such file'
    : code === 'EACCES'
      ? 'permission denied'
      : 'it could not be read';
};

/** The file’s text without the newline that editors add. */
function readReference(path: string, environment: Environment): Result<string, string> {
  const absolute = isAbsolute(path) ? path : join(environment.configFolder, path);
  try {
    const value = environment.readSecretFile(absolute).trim();
    return value === '' ? fail(`secret file ${absolute} is empty`) : ok(value);
  } catch (error) {
    return fail(`secret file ${absolute}: ${codeOf(error)}`);
  }
}

/**
 * Resolves `${NAME}` (anywhere in the text) and `file:PATH` (the whole text). Whether a text is a file
 * reference is decided before names are put in: a variable's value never makes the gateway read a file.
 */
export function resolver(environment: Environment): Resolve {
  return (text) => {
    const isFile = text.startsWith('file:');
    const expanded = expandNames(isFile ? text.slice('file:'.length) : text, environment.env);
    if (!expanded.ok || !isFile) return expanded;
    const path = expanded.value.replace(/^\/\/(?=\/)/, '');
    return path === '' ? fail('expected file:PATH, found no path') : readReference(path, environment);
  };
}
