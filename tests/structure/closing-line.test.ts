import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROOT } from './cruise.ts'

const EMBEDDED = 'tests on the embedded stores'
const GREEN = { passed: 3, failed: [], skipped: [] }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottok-tally-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The script's exit code and lines, given the tallies by run and the failed steps. */
function sum(tallies: Readonly<Record<string, unknown>>, failedSteps: readonly string[] = []) {
  for (const [run, tally] of Object.entries(tallies)) writeFileSync(join(folder, `${run}.json`), JSON.stringify(tally))
  return new Promise<{ code: unknown; lines: string[] }>((done) => {
    execFile(process.execPath, [join(ROOT, 'scripts/sum-test-reports.mjs'), folder, ...failedSteps], (error, stdout) =>
      done({ code: error ? error.code : 0, lines: stdout.trimEnd().split('\n') }),
    )
  })
}

describe('the closing line', () => {
  test('adds up both runs', async () => {
    const { code, lines } = await sum({ embedded: GREEN, servers: { ...GREEN, passed: 2 } })
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: '5 passed, 0 failed' })
  })

  test('counts failed tests once, also when their step is reported as failed', async () => {
    const { code, lines } = await sum({ embedded: { ...GREEN, failed: ['a', 'b'] }, servers: GREEN }, [EMBEDDED])
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '6 passed, 2 failed' })
    expect(lines).toContain('failed: a')
  })

  test.each([
    ['a step that is no test run', { embedded: GREEN, servers: GREEN }, ['types'], '6 passed, 1 failed'],
    ['a run that failed without a failed test', { embedded: GREEN, servers: GREEN }, [EMBEDDED], '6 passed, 1 failed'],
    ['a run that left no tally', { embedded: GREEN }, [], '3 passed, 1 failed'],
  ])('counts %s as one failure', async (_, tallies, failedSteps, last) => {
    const { code, lines } = await sum(tallies, failedSteps)
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last })
  })

  test('comes after the skipped tests with their reasons', async () => {
    const { lines } = await sum({ embedded: { ...GREEN, skipped: [{ test: 't', reason: 'no data' }] }, servers: GREEN })
    expect(lines).toContain('skipped: t (no data)')
  })
})
