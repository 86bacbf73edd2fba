import type { Result } from '../domain/result.ts';
import type { GatewayView, LiveMessages } from '../domain/view.ts';
import { filesOf } from './files.ts';
import {
  type AskOptions,
  askGateway,
  followGateway,
  type StreamEnd,
  type Trouble,
} from './gateway-client.ts';
import { readPidFile } from './pid-file.ts';
import type { CliPorts } from './ports.ts';
import { isAlive, isGateway } from './process.ts';

/** What proxy.pid says, held against what is really there. */
export type GatewayState =
  /** No pid file, or one that says nothing. */
  | { readonly kind: 'absent' }
  /** The pid file is a leftover: its process is gone, or another gateway answers in its place. */
  | { readonly kind: 'stale'; readonly pid: number }
  /** A process of that id lives, but the address does not answer. `isGateway`: it is the one that wrote the file. */
  | {
      readonly kind: 'silent';
      readonly pid: number;
      readonly address: string;
      readonly detail: string;
      readonly isGateway: boolean;
    }
  /** A gateway answers, but not to us. */
  | { readonly kind: 'refused'; readonly pid: number; readonly address: string; readonly message: string }
  | { readonly kind: 'running'; readonly pid: number; readonly gateway: Gateway; readonly view: GatewayView };

/** A running gateway, and the way to talk to it. */
export interface Gateway {
  /** Base URL. */
  readonly address: string;
  get<T>(path: string): Promise<Result<T, Trouble>>;
  /** `body` is sent as JSON. */
  post<T>(path: string, body?: unknown): Promise<Result<T, Trouble>>;
  /** Follows the live stream until it ends, breaks, or `signal` says so. */
  live(onMessage: (message: LiveMessage) => void, signal: AbortSignal): Promise<Result<StreamEnd, Trouble>>;
}

/** One message of the live stream. */
export type LiveMessage = {
  readonly [Kind in keyof LiveMessages]: { readonly kind: Kind; readonly data: LiveMessages[Kind] };
}[keyof LiveMessages];

const STATUS_SILENCE_MS = 5_000;
/** It says something every second: a gateway that does not is stuck, or stopped. */
const LIVE_SILENCE_MS = 10_000;

/** Reads proxy.pid and asks who answers there. */
export async function findGateway(ports: CliPorts): Promise<GatewayState> {
  const written = readPidFile(filesOf(ports.home).pid);
  if (!written) return { kind: 'absent' };
  const { pid, address, birth } = written;
  if (!isAlive(pid)) return { kind: 'stale', pid };
  const { answer, token } = await askStatus(ports, address);
  if (answer.ok && answer.value.pid === pid) {
    return { kind: 'running', pid, gateway: openGateway(address, token), view: answer.value };
  }
  if (answer.ok) return { kind: 'stale', pid };
  return answer.error.kind === 'refused'
    ? { kind: 'refused', pid, address, message: answer.error.message }
    : { kind: 'silent', pid, address, detail: answer.error.detail, isGateway: isGateway(pid, birth) };
}

interface StatusAnswer {
  readonly answer: Result<GatewayView, Trouble>;
  readonly token: string | undefined;
}

/** The configuration is only read for its token when the gateway asks for one: it costs 100 ms to load. */
async function askStatus(ports: CliPorts, address: string): Promise<StatusAnswer> {
  const given = ports.env.QCC_ADMIN_TOKEN;
  const ask = async (token: string | undefined): Promise<StatusAnswer> => {
    const answer = await askGateway<GatewayView>(address, 'GET', 'status', {
      silenceMs: STATUS_SILENCE_MS,
      ...tokenOf(token),
    });
    return { answer, token };
  };
  const first = await ask(given);
  const refused = !first.answer.ok && first.answer.error.kind === 'refused';
  if (given || !refused) return first;
  const { configuredToken } = await import('./configured.ts');
  const configured = await configuredToken(ports);
  return configured ? ask(configured) : first;
}

function openGateway(address: string, token: string | undefined): Gateway {
  return {
    address,
    get: (path) => askGateway(address, 'GET', path, tokenOf(token)),
    post: (path, body) => askGateway(address, 'POST', path, { ...tokenOf(token), body }),
    live: (onMessage, signal) =>
      followGateway(
        address,
        'live',
        { ...tokenOf(token), silenceMs: LIVE_SILENCE_MS, signal },
        (kind, data) => {
          if (kind === 'live' || kind === 'exchange') onMessage({ kind, data } as LiveMessage);
        },
      ),
  };
}

function tokenOf(token: string | undefined): AskOptions {
  return token ? { token } : {};
}
