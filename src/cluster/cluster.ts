export type { Choice, ChoiceReason, ChooseRequest } from './choice.ts';
export { createFleet, type Fleet, type FleetSettings } from './fleet.ts';
export type { CheckResult } from './verification.ts';
