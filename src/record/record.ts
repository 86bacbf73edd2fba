export type { BegunCall } from './begun-call.ts';
export { Note } from './note.ts';
export { builtInPrices, type PriceBook } from './price.ts';
export { pricesIn } from './price-file.ts';
export { createRecent, type Recent } from './recent.ts';
export { createRecorder, type Recorder, type Totals } from './recorder.ts';
