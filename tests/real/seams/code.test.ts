/** Seam 4: which edits of a project make its data stale, and with which cause. */
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Settings } from '../../../lib/config/index.ts'
import { accept } from '../../../materializations/operations/accept.ts'
import type { PlanReport } from '../../../materializations/operations/describe-plan.ts'
import { type Home, makeHome } from './support/home.ts'
import { isEmpty, type Lab, openLabOn } from './support/lab.ts'
import { makeProject, type Project } from './support/project.ts'

const now = '2026-03-04T07:00:00+03:00'
const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03']

const FILES = {
  'lib/half.ts': `/** Half of a number, rounded down. */
export function half(n: number): number {
  return Math.floor(n / 2)
}
`,
  'assets/days.ts': `import { daily, trailing } from '../lib/graph/index.ts'

export const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })
export const lately = trailing({ days: 2 })
`,
  'assets/numbers.ts': `import { asset, warehouse } from '../lib/graph/index.ts'
import { half } from '../lib/half.ts'
import { days } from './days.ts'

export const numbers = asset({
  key: 'raw/numbers',
  description: 'Numbers of a day.',
  partitions: days,
  store: warehouse,
  columns: { day: 'Date', n: 'UInt32' },
  materialize: async ({ partition }) => {
    const rows = [10, 21].map((n) => [partition.date, half(n)])
    return { kind: 'rows', rows }
  },
})
`,
  'assets/sums.ts': `import { asset, rowCount, sql, sqlAsset, through, value } from '../lib/graph/index.ts'
import { days, lately } from './days.ts'
import { numbers } from './numbers.ts'

export const sums = sqlAsset({
  key: 'features/sums',
  partitions: days,
  deps: { numbers: through(numbers, lately) },
  orderBy: ['total'],
  checks: [rowCount({ min: 1 })],
  sql: ({ numbers, partition }) => sql\`SELECT \${partition.first} AS day, sum(n) AS total FROM \${numbers}\`,
})

export const notes = asset({
  key: 'features/notes',
  partitions: days,
  deps: { sums },
  store: value,
  materialize: async ({ inputs }) => ({ kind: 'value', value: inputs.sums.partitions.length }),
})
`,
  'definitions.ts': `import { numbers } from './assets/numbers.ts'
import { notes, sums } from './assets/sums.ts'
import { defineGraph } from './lib/graph/index.ts'

export default defineGraph({ assets: [numbers, sums, notes] })
`,
}

let home: Home
let settings: Settings
let project: Project
const undo: (() => Promise<void>)[] = []

beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  settings = await home.settings('code')
  project = await makeProject(join(home.folder, 'project'), FILES)
  const made = await (await openLabOn(settings, project.definitions)).materialize(now)
  expect(made.troubles).toEqual([])
  expect(made.made).toHaveLength(9)
})
afterAll(() => home.remove())

beforeEach(async () => {
  for (const back of undo.splice(0).reverse()) await back()
  expect(isEmpty(await (await lab()).plan(now))).toBe(true)
})

/** The project as its files are now. */
function lab(): Promise<Lab> {
  return openLabOn(settings, project.definitions)
}

async function edit(file: string, from: string, to: string): Promise<void> {
  undo.push(await project.edit(file, from, to))
}

/** Of each asset in the plan: proven and possible partitions, and the kinds of the causes. */
function summary(plan: PlanReport) {
  expect(plan.counts.blocked).toBe(0)
  return Object.fromEntries(
    plan.steps.map(({ key, proven, possible, causes }) => [
      key,
      { proven: proven.count, possible: possible.count, causes: causes.map((cause) => cause.kind) },
    ]),
  )
}

describe('an edit that changes nothing', () => {
  test.each([
    ['a comment', 'assets/numbers.ts', 'const rows', '// Rows of the day.\n    const rows'],
    ['a comment in a helper', 'lib/half.ts', 'return', '// Down.\n  return'],
    ['a description of code', 'lib/half.ts', 'rounded down', 'rounded towards nothing'],
    ['layout', 'assets/numbers.ts', 'async ({ partition }) => {\n', 'async ({\n  partition,\n}) => {\n\n'],
    ['layout of SQL', 'assets/sums.ts', 'AS day, sum(n)', 'as day,\n    sum( n )'],
    ['a comment in SQL', 'assets/sums.ts', 'AS total', 'AS total /* of all */'],
    [
      'a name of a local',
      'assets/numbers.ts',
      'map((n) => [partition.date, half(n)])',
      'map((x) => [partition.date, half(x)])',
    ],
    ['a description', 'assets/numbers.ts', 'Numbers of a day.', 'A few numbers.'],
    ['a check', 'assets/sums.ts', 'min: 1', 'min: 0'],
    ['a helper that nobody reaches', 'lib/half.ts', '}\n', '}\nexport const twice = (n: number) => n * 2\n'],
    ['the order of the declarations', 'definitions.ts', '[numbers, sums, notes]', '[notes, sums, numbers]'],
  ])('%s', async (_, file, from, to) => {
    await edit(file, from, to)
    expect(summary(await (await lab()).plan(now))).toEqual({})
  })

  test('the graph library itself', async () => {
    await edit(
      'lib/graph/assets/factories.ts',
      "const common = commonOf(spec, 'function', source)",
      "const common = { ...commonOf(spec, 'function', source) }",
    )
    await edit(
      'lib/graph/mappings/mapping.ts',
      'const { startOffset = 0, endOffset = 0 } = options',
      'const startOffset = options.startOffset ?? 0\n  const endOffset = options.endOffset ?? 0',
    )
    await edit(
      'lib/graph/sql.ts',
      'return strings.reduce',
      'if (strings.length === 0) return ""\n  return strings.reduce',
    )
    expect(summary(await (await lab()).plan(now))).toEqual({})
  })
})

describe('an edit that changes what is made', () => {
  const LOGIC = ['assets/numbers.ts', '[10, 21]', '[10, 22]'] as const

  test('of logic: the asset by its code, what reads it perhaps', async () => {
    await edit(...LOGIC)
    expect(summary(await (await lab()).plan(now))).toEqual({
      'raw/numbers': { proven: 3, possible: 0, causes: ['code'] },
      'features/sums': { proven: 0, possible: 3, causes: ['upstream'] },
      'features/notes': { proven: 0, possible: 3, causes: ['upstream'] },
    })
  })

  test('of a helper: what reaches it', async () => {
    await edit('lib/half.ts', 'Math.floor', 'Math.ceil')
    const plan = await (await lab()).plan(now)
    expect(plan.steps[0]).toMatchObject({ key: 'raw/numbers', partitions: DAYS, causes: [{ kind: 'code' }] })
    expect(summary(plan)).toMatchObject({ 'features/sums': { proven: 0 }, 'features/notes': { proven: 0 } })
  })

  test('of SQL', async () => {
    await edit('assets/sums.ts', 'sum(n)', 'max(n)')
    expect(summary(await (await lab()).plan(now))).toEqual({
      'features/sums': { proven: 3, possible: 0, causes: ['code'] },
      'features/notes': { proven: 0, possible: 3, causes: ['upstream'] },
    })
  })

  test('of the length of a trailing window: by its inputs, with both windows', async () => {
    await edit('assets/days.ts', 'trailing({ days: 2 })', 'trailing({ days: 3 })')
    const plan = await (await lab()).plan(now)
    expect(summary(plan)).toEqual({
      'features/sums': { proven: 3, possible: 0, causes: ['deps'] },
      'features/notes': { proven: 0, possible: 3, causes: ['upstream'] },
    })
    const [cause] = plan.steps[0]!.causes
    expect(cause).toMatchObject({ upstream: 'raw/numbers' })
    expect(cause!.from).toMatch(/through trailing\(2 day,0\)/)
    expect(cause!.to).toMatch(/through trailing\(3 day,0\)/)
  })

  test('of the time zone: every partition in it', async () => {
    await edit('assets/days.ts', 'Europe/Moscow', 'Europe/Samara')
    const plan = await (await lab()).plan(now)
    const causes = [{ kind: 'partitions', from: 'day@Europe/Moscow', to: 'day@Europe/Samara', count: 3 }]
    for (const step of plan.steps) expect(step).toMatchObject({ partitions: DAYS, proven: { count: 3 } })
    expect(plan.steps[0]).toMatchObject({ key: 'raw/numbers', causes })
    expect(plan.steps.map((step) => step.causes[0])).toMatchObject([causes[0], causes[0], causes[0]])
  })

  test('is accepted with a reason: data stay as they are, and going back is a change again', async () => {
    const before = await (await lab()).dataVersions(now, 'raw/numbers')
    await edit(...LOGIC)
    const edited = await lab()
    const accepted = await edited.at(now, async (session) =>
      accept(session, await session.state(), session.graph.select('raw/numbers'), 'the second number is not used'),
    )
    expect(accepted).toMatchObject([{ key: 'raw/numbers', accepted: 3 }])
    expect(isEmpty(await edited.plan(now))).toBe(true)
    expect((await edited.materialize(now)).status).toBe('nothing')
    expect(await edited.dataVersions(now, 'raw/numbers')).toEqual(before)
    const reasons = await edited.at(now, async ({ lineage }) =>
      lineage.query('SELECT DISTINCT asset_key, reason FROM acceptances'),
    )
    expect(reasons).toEqual([{ asset_key: 'raw/numbers', reason: 'the second number is not used' }])

    for (const back of undo.splice(0)) await back()
    const original = await lab()
    expect(summary(await original.plan(now))).toMatchObject({ 'raw/numbers': { proven: 3, causes: ['code'] } })
    const remade = await original.materialize(now)
    expect(remade.made).toEqual(DAYS.map((day) => `raw/numbers@${day}`))
    expect(remade.unchanged).toHaveLength(6)
  })

  test('is carried out, and ends where nothing comes out different', async () => {
    await edit('assets/numbers.ts', '[10, 21]', '[10, 20, 1]')
    const run = await (await lab()).materialize(now)
    expect(run.made).toEqual([...DAYS.map((day) => `features/sums@${day}`), ...DAYS.map((day) => `raw/numbers@${day}`)])
    expect(run.unchanged).toEqual(DAYS.map((day) => `features/notes@${day}`))
    for (const back of undo.splice(0)) await back()
    expect((await (await lab()).materialize(now)).troubles).toEqual([])
  })
})
