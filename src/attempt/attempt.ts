export { callFor } from './call-for.ts';
export { createConnector } from './connector.ts';
export { networkFailure } from './network-error.ts';
export { type AttemptCall, type AttemptHooks, type RunningAttempt, startAttempt } from './run.ts';
export { createTransport, type Transport } from './transport.ts';
export { upstreamHeaders } from './upstream-headers.ts';
