export { builtInPrices, overlayPrices, type PriceBook } from './price.ts';
export { createRecorder, type Recorder, type Totals } from './recorder.ts';
