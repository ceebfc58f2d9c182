import { resolve } from 'node:path'
import { buildIfStale } from './build-if-stale.ts'
import { usesServers } from './stores.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/**
 * Runs once, in vitest's own process, before any test process starts; those inherit the environment that is set here.
 *
 * @returns the tear-down that vitest calls at the end.
 */
export default async function setup(): Promise<() => Promise<void>> {
  await build()
  return usesServers(process.env) ? startServers() : async () => undefined
}

/**
 * A half-written file elsewhere must not stop the tests of what is finished, so a failed build is only told, loudly;
 * the full run of scripts/test.sh (OTTOK_TEST_STRICT) stops at it, because its tests would run an old command.
 */
async function build(): Promise<void> {
  try {
    await buildIfStale(ROOT)
  } catch (error) {
    if (process.env.OTTOK_TEST_STRICT) throw error
    console.error(`dist could not be built; tests that run the command see an old one or none:\n${String(error)}`)
  }
}

/** A PostgreSQL 15 and an S3 server for the whole run; each test keeps apart from the others by its environment. */
async function startServers(): Promise<() => Promise<void>> {
  const { startPostgres15 } = await import('../standins/postgres-15.ts')
  const { startS3Server } = await import('../standins/s3-server.ts')
  const postgres = await startPostgres15()
  const s3 = await startS3Server()
  Object.assign(process.env, {
    DATABASE_URL: postgres.url,
    S3_ENDPOINT: s3.endpoint,
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  })
  console.log(`servers: PostgreSQL 15 and S3 at ${s3.endpoint}`)
  return async () => {
    await Promise.all([postgres.stop(), s3.stop()])
  }
}
