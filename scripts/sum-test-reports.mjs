// Sums the tallies of test runs (tests/setup/tally-reporter.ts) into the closing line "N passed, N failed", with the
// skipped tests and their reasons before it.
//
//   node scripts/sum-test-reports.mjs FOLDER [FAILED_STEP...]
//
// FOLDER holds one NAME.json a run. A failed step that is no test run (a type error) counts as one failure, and so does
// a test run that failed without a failed test or left no tally, so that "0 failed" is never said of a run that failed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const RUNS = { embedded: 'tests on the embedded stores', servers: 'tests on PostgreSQL 15 and S3' }

const [folder, ...failedSteps] = process.argv.slice(2)
const otherFailures = failedSteps.filter((step) => !Object.values(RUNS).includes(step))
let passed = 0
let failed = otherFailures.length

for (const [run, name] of Object.entries(RUNS)) {
  const path = join(folder, `${run}.json`)
  const tally = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { passed: 0, failed: [], skipped: [] }
  if (tally.failed.length === 0 && (failedSteps.includes(name) || !existsSync(path)))
    tally.failed.push('the run itself')
  for (const { test, reason } of tally.skipped) console.log(`skipped: ${test} (${reason ?? 'no reason given'})`)
  for (const test of tally.failed) console.log(`failed: ${test}`)
  console.log(`${name}: ${tally.passed} passed, ${tally.failed.length} failed, ${tally.skipped.length} skipped`)
  passed += tally.passed
  failed += tally.failed.length
}
for (const step of otherFailures) console.log(`failed: ${step}`)

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
