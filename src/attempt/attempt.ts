export type { AttemptCall, AttemptHooks, RunningAttempt } from './attempt-call.ts';
export { callFor } from './call-for.ts';
export { createConnector } from './connector.ts';
export { networkFailure } from './network-error.ts';
export { startAttempt } from './run.ts';
export { createTransport, type Transport } from './transport.ts';
export { upstreamHeaders } from './upstream-headers.ts';
