/**
 * Tests that reach stores through the settings: they run twice, on the embedded stores and on servers. (Those of
 * lib/postgres and lib/objects start servers themselves and compare both kinds in one run.)
 */
export const STORE_FACING: readonly string[] = [
  'tests/materializations/automation/**/*.test.ts',
  'tests/materializations/backfills/**/*.test.ts',
  'tests/materializations/cli/**/*.test.ts',
  'tests/materializations/executor/**/*.test.ts',
  'tests/materializations/lineage/**/*.test.ts',
  'tests/materializations/partitions/**/*.test.ts',
  'tests/materializations/stores/**/*.test.ts',
  'tests/assets/**/*.test.ts',
  'tests/faults/**/*.test.ts',
  'tests/lib/churn/**/*.test.ts',
  'tests/real/**/*.test.ts',
]

/**
 * Store-facing tests that are not repeated on servers: what they prove is the same in both runs (most of it lies in the
 * warehouse), and they are by far the longest.
 */
export const EMBEDDED_ONLY: readonly string[] = [
  'tests/materializations/backfills/batches.test.ts',
  'tests/materializations/backfills/workflow-commands.test.ts',
  'tests/faults/disk-full.test.ts',
  'tests/faults/kill-at-tables.test.ts',
  'tests/faults/kill-at-ticks.test.ts',
  'tests/faults/postgres-restart.test.ts',
  'tests/real/seams/late-rows.test.ts',
  'tests/real/seams/replay.test.ts',
  'tests/real/churn/**/*.test.ts',
  'tests/real/raw/**/*.test.ts',
]

/** Settings of a user that must not leak into tests: each test says its own home and environment. */
const PERSONAL = [
  'OTTOK_HOME',
  'OTTOK_ENV',
  'OTTOK_DEFINITIONS',
  'OTTOK_TIMEZONE',
  'OTTOK_OFFERS',
  'CLICKHOUSE_URL',
] as const

/** Addresses and keys of servers; in a run on servers the global set-up fills them in. */
const SERVERS = [
  'DATABASE_URL',
  'S3_ENDPOINT',
  'S3_BUCKET',
  'S3_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
] as const

type Environment = Record<string, string | undefined>

/**
 * Whether this run uses a PostgreSQL 15 and an S3 server (`OTTOK_TEST_STORES=servers`) or the embedded stores (unset).
 *
 * @throws on any other value, since a misspelt one would silently test the wrong thing.
 */
export function usesServers(env: Environment): boolean {
  const stores = env.OTTOK_TEST_STORES
  if (stores === undefined || stores === '' || stores === 'embedded') return false
  if (stores === 'servers') return true
  throw new Error(`OTTOK_TEST_STORES is "${stores}"; it may be "embedded" or "servers"`)
}

/** Takes a user's own settings out of `env`; server addresses too, unless `keepServers`. */
export function clearSettings(env: Environment, { keepServers }: { readonly keepServers: boolean }): void {
  for (const name of PERSONAL) delete env[name]
  if (!keepServers) for (const name of SERVERS) delete env[name]
}
