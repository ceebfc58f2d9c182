import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** What users of Dagster complain of, in the order of our table, by the numbers of its issues. */
const COMPLAINTS: Readonly<Record<string, readonly number[]>> = {
  'partitioned assets never show as stale': [22553, 22704, 14385],
  'downstream runs though the upstream did not change': [14842],
  'code versions by hand': [15242, 22566],
  'limits of tens of thousands of partitions': [33456, 21002, 15679],
  'one event and one insert per partition': [32242, 29282, 31694, 19829],
  'half a minute a hop; automation surprises': [11649, 30421, 26192],
  'backfills rerun good partitions, die, never finish': [20465, 23679, 33059, 16304],
  'no command line for backfills, no dry run': [13852, 18413, 26731],
  'slow loading with many assets': [16129, 22523],
  'an event log that grows without end': [33785],
  'memory at 1,000 assets': [26287, 32070],
  'a lineage page that hangs': [20634, 33377],
}

const tests = resolve(import.meta.dirname, '..')
const titles = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .flatMap((path) => readFileSync(join(tests, path), 'utf8').match(/\b(?:it|test)(?:\.\w+)?\(\s*['"`][^\n]*/g) ?? [])

test.each(Object.entries(COMPLAINTS))('%s: every issue is in the name of a test', (_, issues) => {
  const without = issues.filter((issue) => !titles.some((title) => title.includes(`#${issue}`)))
  expect(without).toEqual([])
})
