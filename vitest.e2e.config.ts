import { defineConfig } from 'vitest/config';

/** The built program and real clients. A case takes seconds and starts processes, hence the long limits. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    globalSetup: 'test/e2e/harness/build.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 180_000,
  },
});
