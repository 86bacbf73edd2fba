import type { Operation, Protocol } from '../domain/protocol.ts';
import { FORMATS } from './formats.ts';

/** Where each protocol's generation calls go, with the vendor's `/v1`. */
export const GENERATE_PATHS: Readonly<Record<Protocol, string>> = {
  'anthropic-messages': FORMATS['anthropic-messages'].generatePath,
  'openai-chat': FORMATS['openai-chat'].generatePath,
  'openai-responses': FORMATS['openai-responses'].generatePath,
};

/** Order matters: the longer path first. */
const ROOTS: readonly {
  readonly path: string;
  readonly protocol: Protocol;
  readonly operation: Operation;
}[] = [
  { path: '/messages/count_tokens', protocol: 'anthropic-messages', operation: 'count-tokens' },
  { path: '/messages', protocol: 'anthropic-messages', operation: 'generate' },
  { path: '/chat/completions', protocol: 'openai-chat', operation: 'generate' },
  { path: '/responses', protocol: 'openai-responses', operation: 'generate' },
];

/**
 * What a path (without its query, with or without `/v1`) asks for. Deeper paths, such as `/v1/responses/ID` or
 * `/v1/messages/batches`, are `pass`. Undefined: no protocol can be told from it.
 */
export function protocolOfPath(
  path: string,
): { readonly protocol: Protocol; readonly operation: Operation } | undefined {
  const rest = (path.startsWith('/v1/') ? path.slice('/v1'.length) : path).replace(/\/$/, '');
  const root = ROOTS.find((candidate) => rest === candidate.path || rest.startsWith(`${candidate.path}/`));
  if (root === undefined) return undefined;
  return { protocol: root.protocol, operation: rest === root.path ? root.operation : 'pass' };
}
