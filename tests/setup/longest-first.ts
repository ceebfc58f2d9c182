import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest, longest first. Begun last, one of them would run alone while the other worker has nothing to do. */
const LONGEST = [
  'tests/real/seams/replay.test.ts',
  'tests/real/churn/demo.test.ts',
  'tests/faults/kill-at-records.test.ts',
  'tests/faults/kill-at-tables.test.ts',
  'tests/materializations/stores/readers.test.ts',
]

/** vitest's own order knows how long a file took before only where it has run before, which it never has in CI. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((file) => moduleId.endsWith(`/${file}`))
      return found === -1 ? LONGEST.length : found
    }
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}
