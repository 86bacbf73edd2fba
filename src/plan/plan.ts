export { compilePlans } from './compiled.ts';
export { predictKey, sampleOf } from './expecting.ts';
export { nextStep, type Progress, type Step } from './next-step.ts';
export { createPlainEndpoints, type PlainEndpoints, streamsUpstream } from './plain-endpoints.ts';
export { type Plan, planFor } from './plan-for.ts';
export { createSlotQueue, type QueueSeat, type SlotQueue } from './slot-queue.ts';
export { type WhatIfWorld, whatIf } from './what-if.ts';
