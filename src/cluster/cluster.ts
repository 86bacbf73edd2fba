export type { Choice, ChooseRequest } from './choice.ts';
export { createFleet, type Fleet, type FleetSettings } from './fleet.ts';
export type { EdgeLearning } from './learned-edge.ts';
export type { Expectation, PredictKey, PredictSample } from './predict/expectation.ts';
export { createPredictor, type Predictor } from './predict/predictor.ts';
export { sizeClassOf } from './predict/size-class.ts';
export type { Out, Standing } from './standing.ts';
