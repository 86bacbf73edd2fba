import type { Protocol } from '../domain/protocol.ts';
import { createStreamReader, type StreamReader } from './stream-reader.ts';

/** What a stream shows to those who need no aggregate of it. */
export type StreamWatch = Omit<StreamReader, 'aggregate'>;

/** Watches a stream for a client that streams: cheapest, since few events have to be read once content began. */
export const createStreamWatch = (protocol: Protocol): StreamWatch =>
  createStreamReader(protocol, { aggregate: false });
