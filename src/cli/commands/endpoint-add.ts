import type { EndpointDraft } from '../../config/config.ts';
import type { Protocol } from '../../domain/protocol.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { readConfigured } from '../configured.ts';
import { editConfig } from '../edit-config.ts';
import { filesOf } from '../files.ts';
import type { Cli, Given, Run } from '../given.ts';
import type { CliPorts } from '../ports.ts';
import type { TextKey } from '../texts.ts';

/** `endpoint add URL`. */
export const endpointAdd: Run = async (cli, given) => {
  const { ports, screen } = cli;
  const key = await readKey(ports, given);
  if (!key.ok) return screen.fail(screen.text(key.error), 2);
  if (given.text('api-key') !== undefined) screen.remark('keyInHistory');
  const cluster = given.text('cluster') ?? (await defaultCluster(cli));
  if (typeof cluster === 'number') return cluster;
  const draft = draftOf(given, key.value);
  return editConfig(cli, {
    edit: (text, config) => config.addEndpoint(text, cluster, draft),
    done: () => screen.text('endpointAdded', { url: draft.base_url, cluster }),
  });
};

/** The key as it will stand in the file; undefined = none. */
async function readKey(ports: CliPorts, given: Given): Promise<Result<string | undefined, TextKey>> {
  const literal = given.text('api-key');
  const name = given.text('api-key-env');
  const fromStdin = given.flag('api-key-stdin');
  const ways = [literal !== undefined, name !== undefined, fromStdin].filter(Boolean).length;
  if (ways > 1) return fail('keyTwice');
  if (name !== undefined) return /^[A-Za-z_]\w*$/.test(name) ? ok(`\${${name}}`) : fail('badEnvName');
  if (!fromStdin) return ok(literal);
  const read = (await readStdin(ports)).trim();
  return read === '' || read.length > MAX_KEY_CHARS || /\s/.test(read) ? fail('badStdinKey') : ok(read);
}

const MAX_KEY_CHARS = 4096;

async function readStdin({ stdin }: CliPorts): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of stdin ?? process.stdin) {
    text += typeof part === 'string' ? part : decoder.decode(part, { stream: true });
    if (text.length > 2 * MAX_KEY_CHARS) break;
  }
  return text;
}

async function defaultCluster({ ports, screen }: Cli): Promise<string | number> {
  const configured = await readConfigured(ports);
  switch (configured.kind) {
    case 'no-file':
      return screen.fail(screen.text('noConfigFile', { file: filesOf(ports.home).config }));
    case 'problems':
      return screen.problems(configured.text);
    case 'settings':
      return configured.settings.defaultCluster;
  }
}

/** Only what was given: the rest stays with the defaults, also when those change. */
function draftOf(given: Given, key: string | undefined): EndpointDraft {
  const number = (name: string, as = name): object => {
    const value = given.number(name);
    return value === undefined ? {} : { [as]: value };
  };
  const text = (name: string): object => {
    const value = given.text(name);
    return value === undefined ? {} : { [name]: value };
  };
  const protocols = given.list('protocol') as readonly Protocol[];
  return {
    base_url: given.words[0] ?? '',
    ...(key === undefined ? {} : { api_key: key }),
    ...text('name'),
    ...(protocols.length > 0 ? { protocols } : {}),
    ...number('weight'),
    ...number('priority'),
    ...text('timeout'),
    ...number('max-failures', 'max_failures'),
    ...pairs('models', given.list('model')),
    ...pairs('headers', given.list('header')),
    ...text('proxy'),
    ...(given.flag('disabled') ? { enabled: false } : {}),
  };
}

function pairs(name: 'models' | 'headers', given: readonly string[]): object {
  if (given.length === 0) return {};
  return {
    [name]: Object.fromEntries(
      given.map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
    ),
  };
}
