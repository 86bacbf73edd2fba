export { compilePlans } from './compiled.ts';
export { predictKey, sampleOf } from './expecting.ts';
export { nextStep, type Progress, type Step } from './next-step.ts';
export { type Plan, planFor } from './plan-for.ts';
export { createSlotQueue, type QueueSeat, type SlotQueue } from './slot-queue.ts';
export { QUICK_MS, type StreamingKnown, streamsUpstream } from './streaming.ts';
export { createStreamless, type Streamless, streamlessBy } from './streamless.ts';
export { type WhatIfWorld, whatIf } from './what-if.ts';
