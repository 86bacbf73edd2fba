import type { EndedBy, FailureCause, Phase } from '../domain/outcome.ts';

interface CodedError {
  readonly code?: string;
  readonly message: string;
  /** OpenSSL's, in words: its message names the lines of its source, too. */
  readonly reason?: string;
  readonly cause?: unknown;
  readonly address?: string;
  readonly port?: number;
  readonly errors?: readonly CodedError[];
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);
/** undici's own refusals to send what it was given. */
const OURS = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);
const isTlsCode = (code: string) =>
  /^(ERR_TLS|ERR_SSL|CERT_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(code);

/** The most telling of nested errors: several addresses tried give several. */
function innermost(error: CodedError): CodedError {
  const nested = error.errors?.[0] ?? (error.cause as CodedError | undefined);
  return error.code === undefined && nested?.message !== undefined ? innermost(nested) : error;
}

const isConnecting = (phase: Phase): boolean => phase === 'dns' || phase === 'connect' || phase === 'tls';

/** The stage at which a connection failed: the error's own word for it, else how far it had come. */
function stageOf(code: string, phase: Phase): Phase {
  if (DNS_CODES.has(code)) return 'dns';
  if (isTlsCode(code)) return 'tls';
  return phase === 'dns' ? 'connect' : phase;
}

interface NetworkFailure {
  readonly cause: FailureCause;
  readonly phase: Phase;
  readonly endedBy: EndedBy;
  readonly detail: string;
}

/** Why the network failed, in which phase, in words without secrets. */
export function networkFailure(thrown: Error, phase: Phase): NetworkFailure {
  const error = innermost(thrown as CodedError);
  const code = error.code ?? '';
  if (OURS.has(code)) {
    // Refused before a byte went out: a header or a path that can't be sent. No endpoint has a part in that.
    const detail = `the call can't be sent: ${error.message.slice(0, 200)}`;
    return { cause: 'internal', phase: 'connect', endedBy: 'gateway', detail };
  }
  if (isConnecting(phase)) {
    const stage = stageOf(code, phase);
    const where =
      error.address === undefined
        ? `: ${(error.reason ?? error.message).slice(0, 200)}`
        : ` ${error.address}:${error.port ?? ''}`;
    const detail = `${code || 'no connection'}${where}`;
    return {
      cause: 'connect-failed',
      phase: stage,
      endedBy: stage === 'tls' ? 'upstream' : 'network',
      detail,
    };
  }
  if (code.startsWith('HPE_'))
    return { cause: 'not-api', phase, endedBy: 'upstream', detail: `not HTTP: ${code}` };
  if (code === 'UND_ERR_SOCKET')
    return { cause: 'reset', phase, endedBy: 'upstream', detail: 'the connection was closed' };
  return { cause: 'reset', phase, endedBy: 'network', detail: `the connection broke (${code || 'no code'})` };
}
