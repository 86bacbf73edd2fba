import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'dashboard/**/*.test.ts'],
    exclude: ['test/e2e/**', '**/node_modules/**'],
    pool: 'forks',
    // Most of a scenario is waiting: with one worker for each core but one, as is the rule, a small machine would idle.
    maxWorkers: Math.max(2, Math.min(4, availableParallelism() - 1)),
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
