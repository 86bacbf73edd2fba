export type { Choice, ChooseRequest } from './choice.ts';
export { createFleet, type Fleet, type FleetSettings } from './fleet.ts';
