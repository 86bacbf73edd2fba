export { chargeOf, costMicroUsd } from './cost.ts';
export { attemptRecord, type CallFacts, type ExchangeFacts, exchangeRecord } from './ledger.ts';
export { builtInPrices, overlayPrices, type Price, type PriceBook, type PriceProblem } from './price.ts';
export { createRecorder, type Recorder, type Totals } from './recorder.ts';
