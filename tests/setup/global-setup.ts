import { resolve } from 'node:path'
import { buildIfStale } from './build-if-stale.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Runs once, in vitest's own process, before any test process starts. */
export default async function setup(): Promise<void> {
  await build()
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
