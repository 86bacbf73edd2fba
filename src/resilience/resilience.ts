export { fullJitter } from './backoff.ts';
export { remainingMs, smallest } from './deadline.ts';
export { createRateWindow, type RateWindow } from './rate-window.ts';
export { parseRetryAfter } from './retry-after.ts';
export { createRetryBudget, type RetryBudget } from './retry-budget.ts';
export { createSlidingCount, type SlidingCount } from './sliding-count.ts';
