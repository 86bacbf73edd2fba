/** The doctor: walks from here to an endpoint's model and says what is wrong. The door of this folder. */
export { checkUp } from './checkup.ts';
export { priceOfProbing, runDoctor } from './run-doctor.ts';
export type { SilenceCost } from './silence-step.ts';
export type { CheckupPorts } from './step.ts';
