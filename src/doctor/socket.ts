import type { Socket } from 'node:net';
import { createConnector, networkFailure } from '../attempt/attempt.ts';
import type { Phase } from '../domain/outcome.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Visit } from './step.ts';

/** Why there is no connection. `code`: the system's or the TLS library's word, where it has one. */
export interface NoSocket {
  readonly code: string;
  readonly phase: Phase;
  readonly detail: string;
}

const CONNECT_MS = 10_000;

/** A bare connection to the endpoint's host, through its proxy where it has one; the caller destroys it. */
export function openSocket(
  visit: Visit,
): Promise<Result<{ readonly socket: Socket; readonly tookMs: number }, NoSocket>> {
  const { clock } = visit.ports;
  const connector = createConnector(visit.endpoint.proxy);
  const startedAt = clock.now();
  return new Promise((resolve) => {
    let settled = false;
    const end = (result: Parameters<typeof resolve>[0]) => {
      settled = true;
      timer.cancel();
      visit.signal.removeEventListener('abort', stop);
      resolve(result);
    };
    const late = (code: string, detail: string) => end(fail({ code, phase: connector.phase(), detail }));
    const timer = clock.timer(CONNECT_MS, () => late('ETIMEDOUT', `no connection after ${CONNECT_MS} ms`));
    const stop = () => late('ABORTED', 'stopped');
    visit.signal.addEventListener('abort', stop);
    const target = { hostname: visit.host, protocol: 'http:', port: String(visit.port) };
    connector.connect(target, (error, socket) => {
      // One that comes too late has nobody to use it.
      if (settled) return void socket?.destroy();
      if (socket) return end(ok({ socket, tookMs: clock.now() - startedAt }));
      end(fail(noSocket(error ?? new Error('no connection'), connector.phase())));
    });
  });
}

/** The failure of a connection in words, without secrets. */
export function noSocket(error: Error, phase: Phase): NoSocket {
  const { phase: stage, detail } = networkFailure(error, phase);
  const code = (error as { code?: unknown }).code;
  return { code: typeof code === 'string' ? code : '', phase: stage, detail };
}
