import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'

/** What one run of vitest came to; scripts/sum-test-reports.mjs adds several up. */
interface Tally {
  readonly passed: number
  /** Failed tests, files that could not be loaded, and errors outside of any test. */
  readonly failed: readonly string[]
  readonly skipped: readonly { readonly test: string; readonly reason: string | null }[]
}

/**
 * Writes the tally to the file that OTTOK_TEST_REPORT names. vitest's own JSON report has neither the reasons of
 * skipped tests nor the errors outside of tests.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { readonly message: string }[]): void {
    const path = process.env.OTTOK_TEST_REPORT
    if (!path) throw new Error('OTTOK_TEST_REPORT must name the file that the tally goes to')
    writeFileSync(path, JSON.stringify(tallyOf(modules, unhandled)))
  }
}

function tallyOf(modules: readonly TestModule[], unhandled: readonly { readonly message: string }[]): Tally {
  let passed = 0
  const failed: string[] = []
  const skipped: Tally['skipped'][number][] = []
  for (const module of modules) {
    const file = relative(process.cwd(), module.moduleId)
    const before = failed.length
    for (const test of module.children.allTests()) {
      const name = `${file}: ${test.fullName}`
      const result = test.result()
      if (result.state === 'passed') passed++
      else if (result.state === 'failed') failed.push(name)
      else skipped.push({ test: name, reason: (result.state === 'skipped' && result.note) || null })
    }
    if (module.state() === 'failed' && failed.length === before) {
      failed.push(`${file}: ${module.errors()[0]?.message ?? 'a set-up or tear-down failed'}`)
    }
  }
  failed.push(...unhandled.map(({ message }) => `outside of any test: ${message}`))
  return { passed, failed, skipped }
}
