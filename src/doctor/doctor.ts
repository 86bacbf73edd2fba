/** The doctor: walks from here to an endpoint's model and says what is wrong. The door of this folder. */
export { checkUp, chosenOf } from './checkup.ts';
export { type SilenceCost, silenceCost } from './silence-step.ts';
export type { CheckupPorts } from './step.ts';
