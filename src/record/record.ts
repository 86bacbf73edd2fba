export { builtInPrices, overlayPrices, type PriceBook } from './price.ts';
export { createRecent, type Recent } from './recent.ts';
export { createRecorder, type Recorder, type Totals } from './recorder.ts';
