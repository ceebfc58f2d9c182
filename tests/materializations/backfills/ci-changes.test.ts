import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparisonMarkdown } from '../../../materializations/cli/render/comparison.ts'
import { type Block, named } from '../../../materializations/cli/render/comparison-blocks.ts'
import { type Lab, openLab } from './support/lab.ts'

/** Declarations of one revision. */
const BASE = {
  days: `const zoneDays = days, longerDays = days`,
  code: `export const code = asset({ key: 'a/code', partitions: days, store: value, params: 1, materialize: (context) => make('code', context) })`,
  window: `export const window = asset({ key: 'a/window', partitions: days, store: value, deps: { code }, materialize: (context) => make('window', context) })`,
  zone: `export const zone = asset({ key: 'a/zone', partitions: zoneDays, store: value, materialize: (context) => make('zone', context) })`,
  longer: `export const longer = asset({ key: 'a/longer', partitions: longerDays, store: value, materialize: (context) => make('longer', context) })`,
  gone: `export const gone = asset({ key: 'a/gone', partitions: days, store: value, materialize: (context) => make('gone', context) })`,
  reader: `export const reader = asset({ key: 'a/reader', partitions: days, store: value, deps: { window }, materialize: (context) => make('reader', context) })`,
}

const { gone: _, ...STAYING } = BASE
const HEAD = {
  ...STAYING,
  days: `const zoneDays = daily({ start: '2026-03-01', timezone: 'UTC' }), longerDays = daily({ start: '2026-02-27', timezone: 'Europe/Moscow' })`,
  code: BASE.code.replace('params: 1', 'params: 2'),
  window: BASE.window.replace('{ code }', '{ code: through(code, trailing({ days: 2 })) }'),
  fresh: `export const fresh = asset({ key: 'a/fresh', partitions: days, store: value, deps: { reader }, materialize: (context) => make('fresh', context) })`,
}

function projectOf(declared: Readonly<Record<string, string>>): Record<string, string> {
  return {
    'definitions.ts': `
import { defineGraph } from 'ottok'
import * as assets from './assets.ts'
export default defineGraph({ assets: Object.values(assets), resources: ({ home }) => ({ home }) })
`,
    'assets.ts': `
import { asset, daily, through, trailing, value } from 'ottok'
import { make } from './make.ts'
const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })
${Object.values(declared).join('\n')}
`,
    'make.ts': `
import { appendFileSync } from 'node:fs'
export async function make(name, { partition, resources }) {
  appendFileSync(resources.home + '/made', name + '@' + partition.key + '\\n')
  return { kind: 'value', value: name + partition.key }
}
`,
  }
}

let lab: Lab

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main']
  return execFileSync('git', ['-C', lab.project.root, ...identity, ...args], { encoding: 'utf8' }).trim()
}

beforeAll(async () => {
  lab = await openLab(projectOf(BASE))
  await lab.project.write({ '.gitignore': 'home\nnode_modules\n' })
  git('init')
  git('add', '.')
  git('commit', '-m', 'first')
  await lab.json(['materialize'])
  await lab.project.write(projectOf(HEAD))
})
afterAll(() => lab.remove())

const PLAN = ['ci', 'plan', '--base', 'HEAD', '--allow-embedded']

describe('ci plan tells of each kind of change', () => {
  it('as JSON', async () => {
    const plan = await lab.json<Record<string, unknown>>(PLAN)
    expect(plan).toMatchObject({
      base: git('rev-parse', 'HEAD'),
      changed: {
        new: ['a/fresh'],
        code: ['a/code'],
        deps: ['a/window'],
        partitions: ['a/longer', 'a/zone'],
        removed: ['a/gone'],
      },
      changes: {
        new: [{ key: 'a/fresh', kind: 'function', partitions: 'daily from 2026-03-01' }],
        deps: [{ key: 'a/window', inputs: [{ name: 'code', to: 'a/code through trailing(2 day,0)' }] }],
        partitions: [
          { key: 'a/longer', from: 'daily from 2026-03-01', to: 'daily from 2026-02-27', remakes: false },
          { key: 'a/zone', remakes: true },
        ],
        removed: [{ key: 'a/gone', partitions: 4, place: 'the lineage' }],
      },
      counts: { proven: 4 + 4 + 4 + 2 + 4, possible: 4, blocked: 0 },
      estimate: { unknown: ['a/fresh'], parallelism: expect.any(Number) },
    })
  })

  it('in words: what changed, what is remade, what may be, what it costs and by which measure', async () => {
    const { out } = await lab.run(PLAN)
    for (const line of [
      `Plan against HEAD (${git('rev-parse', 'HEAD').slice(0, 12)})`,
      'New:\n  a/fresh: function, daily from 2026-03-01',
      /Code changed:\n {2}a\/code: \w{8} -> \w{8}/,
      /Inputs changed:\n {2}a\/window: code: a\/code through .* -> a\/code through trailing/,
      'a/longer: daily from 2026-03-01 -> daily from 2026-02-27; what is made stays as it is',
      /a\/zone: .*; all are remade/,
      'a/gone: 4 partitions stay in the lineage, and nothing makes them any more; to delete them, run `ottok wipe a/gone` at the base revision',
      /^a\/longer +2 +0 +2026-02-27\.\.2026-02-28 /m,
      /Possible downstream:\nASSET .*\na\/reader +0 +4 +2026-03-01\.\.2026-03-04 /,
      /About [\d.]+ m?s.*An estimate: partitions times the median time that one of their asset took before, [\d.]+ at once as in past runs\./,
      'Not in the estimate, since none was ever made: a/fresh.',
    ])
      expect(out).toEqual(typeof line === 'string' ? expect.stringContaining(line) : expect.stringMatching(line))
  })

  it('from a role that may only read, and writes nothing', async () => {
    const role = `reader_${lab.env.OTTOK_ENV}`
    const schema = `ottok_${lab.env.OTTOK_ENV}`
    await lab.query(`CREATE ROLE "${role}" LOGIN PASSWORD 'reads'`)
    await lab.query(`GRANT USAGE ON SCHEMA "${schema}" TO "${role}"`)
    await lab.query(`GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO "${role}"`)
    await lab.query(`GRANT SELECT ON ALL SEQUENCES IN SCHEMA "${schema}" TO "${role}"`)
    const url = new URL(await lab.json<{ url: string }>(['url', 'postgres']).then((found) => found.url))
    url.username = role
    url.password = 'reads'
    const ran = await lab.run(['ci', 'plan', '--base', 'HEAD', '--no-observe', '--check'], {
      env: { DATABASE_URL: url.href },
    })
    expect(ran).toMatchObject({ code: 3, err: '' })
    await lab.query(`DROP OWNED BY "${role}"`)
    await lab.query(`DROP ROLE "${role}"`)
  })
})

describe('ci backfill', () => {
  it('makes exactly that', async () => {
    await lab.forgetMade()
    const queued = await lab.json(['ci', 'backfill', '--base', 'HEAD', '--allow-embedded', '--queue'])
    expect(queued).toMatchObject({ status: 'requested', counts: { wanted: 22 } })
    const done = await lab.json(['ci', 'backfill', '--base', 'HEAD', '--allow-embedded', '--batch', '7'])
    expect(done).toMatchObject({ status: 'completed', counts: { wanted: 22, made: 18, unchanged: 4, failed: 0 } })
    const made = new Set((await lab.made()).map((one) => one.split('@')[0]))
    expect([...made].sort()).toEqual(['code', 'fresh', 'longer', 'window', 'zone'])
    const plan = await lab.run([...PLAN, '--check'])
    expect(plan).toMatchObject({ code: 0 })
    expect(plan.out).toContain('Nothing is to be remade.')
  })
})

describe('Markdown', () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => [named(`features/some_long_name_${i}`), 'стало | другим'])
  const blocks: Block[] = [
    { kind: 'line', text: '5,000 partitions to remake' },
    { kind: 'list', title: 'New', items: rows.map(([key]) => key!) },
    { kind: 'table', title: 'Partitions to remake', columns: [{ title: 'asset' }, { title: 'because' }], rows },
  ]

  it('fits what GitHub takes, and counts what is cut off', () => {
    const text = comparisonMarkdown('Plan', blocks)
    expect(Buffer.byteLength(text)).toBeLessThan(65_536)
    expect(text).toContain('5,000 partitions to remake')
    expect(text).toContain('- `features/some_long_name_0`')
    const shown = text.match(/^- `/gm)!.length
    expect(text).toContain(`- and ${(5_000 - shown).toLocaleString('en')} more, which \`ottok ci plan\` shows in full`)
  })

  it('is whole where it fits, with bars escaped', () => {
    const text = comparisonMarkdown('Plan', [{ ...blocks[2]!, rows: rows.slice(0, 2) } as Block])
    expect(text.split('\n').slice(-2)).toEqual([
      '| `features/some_long_name_0` | стало \\| другим |',
      '| `features/some_long_name_1` | стало \\| другим |',
    ])
  })
})
