/** The wire formats: the door of this folder. Everything here is pure. */
export { createAggregator } from './aggregator.ts';
export { answerText, readAnswer } from './answer.ts';
export { readBody } from './body.ts';
export { BodyScan, type JsonField, type Scan } from './body-scan.ts';
export { estimateInputTokens, estimateOutputTokens } from './estimate.ts';
export { fieldValue } from './json-field.ts';
export { scanObject } from './json-scan.ts';
export { spliceFields } from './json-splice.ts';
export { errorBody, errorEvent, heartbeat } from './own-errors.ts';
export { GENERATE_PATHS, protocolOfPath } from './paths.ts';
export { createStreamReader, type StreamReader } from './stream-reader.ts';
export { createStreamWatch, type StreamWatch } from './stream-watch.ts';
export { verificationCall } from './verification.ts';
export type { Aggregate, ErrorShape, StreamProgress, WholeAnswer } from './wire-format.ts';
