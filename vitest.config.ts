import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tests/setup/longest-first.ts'
import { EMBEDDED_ONLY, STORE_FACING, usesServers } from './tests/setup/stores.ts'

/** A hung test must end some day; no test asserts a duration, so the limit is far above anything that is normal. */
const HANG_LIMIT_MS = 1_200_000

/**
 * Two runs make the whole suite: plain `vitest run` on the embedded defaults, and `OTTOK_TEST_STORES=servers vitest run`,
 * which repeats the tests that touch PostgreSQL or objects against a PostgreSQL 15 and an S3 server.
 */
export default defineConfig({
  test: {
    include: usesServers(process.env) ? [...STORE_FACING] : ['tests/**/*.test.ts'],
    exclude: ['tests/bench/**', '**/node_modules/**', ...(usesServers(process.env) ? EMBEDDED_ONLY : [])],
    // chDB allows one folder a process and never unloads: every test file gets a process of its own, not a thread.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['tests/setup/global-setup.ts'],
    setupFiles: ['tests/setup/clean-environment.ts'],
    testTimeout: HANG_LIMIT_MS,
    hookTimeout: HANG_LIMIT_MS,
    teardownTimeout: 60_000,
    reporters: process.env.OTTOK_TEST_REPORT ? ['default', './tests/setup/tally-reporter.ts'] : ['default'],
  },
})
