import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asset, defineGraph, value } from '../../../lib/graph/index.ts'
import { loadDefinitions } from '../../../materializations/definitions/index.ts'
import { areComparable, type CodeVersion, codeVersions } from '../../../materializations/versions/index.ts'
import { type Project, project } from '../definitions/project.ts'
import { countingFormatter } from './formatter.ts'

const FILES = {
  'package-lock.json': lock({ zod: '4.0.0', pg: '8.0.0' }),
  'node_modules/zod/package.json': JSON.stringify({ name: 'zod', type: 'module', exports: './index.js' }),
  'node_modules/zod/index.js': 'export const z = { parse: (value) => value }\n',
  'lib/helper.ts': `export function half(n: number): number {
  // Rounds down.
  return Math.floor(n / 2)
}
export function twice(n: number): number {
  return n * 2
}
`,
  'lib/register.ts': 'globalThis.registered = 1\n',
  'lib/index.ts': "export { half, twice } from './helper.ts'\nexport { table } from './table.ts'\n",
  'lib/table.ts':
    'const name = String(process.env.NAME)\nexport const table = { name }\nObject.assign(globalThis, { name })\n',
  'assets/windows.ts': `import { daily, trailing } from 'ottok'
export const days = daily({ start: '2026-01-01', timezone: 'Europe/Moscow' })
export const quarter = trailing({ days: 90 })
`,
  'assets/raw.ts': `import { asset, externalAsset, sql, sqlAsset, value, warehouse } from 'ottok'
import { z } from 'zod'
import { half, twice } from '../lib/index.ts'
import { days } from './windows.ts'

const columns = { n: 'UInt32' }
const shape = sql\`SELECT \${1}\`
const unused = { ...twice(4), limit: Math.max(half(1), 2).toFixed(1) }

export const source = externalAsset({
  key: 'source/files',
  partitions: days,
  observe: async () => new Map([['a', { version: '1' }]]),
})
export const halves = asset({
  key: 'raw/halves',
  description: 'Halves.',
  partitions: days,
  deps: { source },
  store: warehouse,
  columns,
  async materialize() {
    return { kind: 'rows', rows: [[half(3)]] }
  },
})
export const doubles = asset({
  key: 'raw/doubles',
  store: value,
  materialize: async () => ({ kind: 'value', value: twice(2) }),
})
export const parsed = asset({
  key: 'raw/parsed',
  store: value,
  materialize: async () => ({ kind: 'value', value: z.parse(1) }),
})
`,
  'assets/features.ts': `import { asset, sql, sqlAsset, through, value } from 'ottok'
import { halves } from './raw.ts'
import { days, quarter } from './windows.ts'

export const counted = sqlAsset({
  key: 'features/counted',
  partitions: days,
  deps: { halves: through(halves, quarter) },
  orderBy: ['n'],
  sql: ({ halves, partition }) => sql\`SELECT n, count() AS c FROM \${halves} WHERE day <= \${partition.last} GROUP BY n\`,
})
const level = (name: string, limit: number) => asset({
  key: \`features/level_\${name}\`,
  partitions: days,
  deps: { halves },
  store: value,
  params: { limit },
  materialize: async () => ({ kind: 'value', value: limit }),
})
export const levels = [level('low', 1), level('high', 9)]
export const given = asset({ key: 'features/given', store: value, codeVersion: '3', materialize: async () => ({ kind: 'value', value: 1 }) })
`,
  'definitions.ts': `import { defineGraph } from 'ottok'
import { counted, given, levels } from './assets/features.ts'
import { doubles, halves, parsed, source } from './assets/raw.ts'
export default defineGraph({ assets: [source, halves, doubles, parsed, counted, given, ...levels] })
`,
}

const formatter = countingFormatter()
let work: Project
let before: Map<string, CodeVersion>

async function versions(): Promise<Map<string, CodeVersion>> {
  const { graph, root, cacheDir } = await loadDefinitions(work.path('definitions.ts'))
  return codeVersions(graph, { root, formatter, cacheDir })
}

/** Keys whose version differs from that of the untouched files. */
async function changedBy(edits: Record<string, (text: string) => string>): Promise<string[]> {
  const texts = Object.fromEntries(
    Object.entries(edits).map(([file, edit]) => {
      const text = FILES[file as keyof typeof FILES]
      expect(edit(text), `the edit of ${file} changes it`).not.toBe(text)
      return [file, edit(text)]
    }),
  )
  await work.write(texts)
  const after = await versions()
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
  return [...after].filter(([key, { version }]) => version !== before.get(key)!.version).map(([key]) => key)
}

const replace = (from: string, to: string) => (text: string) => text.replace(from, to)

beforeAll(async () => {
  work = await project(FILES)
  before = await versions()
})
beforeEach(() => work.write(FILES))
afterAll(() => work.remove())

describe('the code version of an asset changes with', () => {
  it.each([
    ['its own body, and of no neighbour', 'assets/raw.ts', '[[half(3)]]', '[[half(5)]]', ['raw/halves']],
    ['a helper that it reaches, also by way of an index', 'lib/helper.ts', 'n / 2', 'n / 3', ['raw/halves']],
    ['another helper of the same file', 'lib/helper.ts', 'n * 2', 'n * 4', ['raw/doubles']],
    ['the columns of its table', 'assets/raw.ts', "n: 'UInt32'", "n: 'UInt64'", ['raw/halves']],
    ['what an external asset observes', 'assets/raw.ts', "version: '1'", "version: '2'", ['source/files']],
    ['the locked version of a package that it reaches', 'package-lock.json', '"4.0.0"', '"4.0.1"', ['raw/parsed']],
    ['its SQL', 'assets/features.ts', 'count() AS c', 'sum(n) AS c', ['features/counted']],
    ['the order of its table', 'assets/features.ts', "orderBy: ['n']", "orderBy: ['c']", ['features/counted']],
    [
      'the parameters of a factory, for that asset',
      'assets/features.ts',
      "'low', 1",
      "'low', 2",
      ['features/level_high', 'features/level_low'],
    ],
    [
      'the body of a factory, for all it makes',
      'assets/features.ts',
      'value: limit',
      'value: -limit',
      ['features/level_high', 'features/level_low'],
    ],
  ])('%s', async (_, file, from, to, keys) => {
    expect((await changedBy({ [file]: replace(from, to) })).sort()).toEqual(keys)
  })
})

describe('no code version changes with', () => {
  it.each([
    ['a comment', 'lib/helper.ts', '// Rounds down.', '// Rounds towards zero.\n  /* really */'],
    ['layout', 'assets/raw.ts', '{ half, twice }', '{\n  half,\n  twice,\n}'],
    [
      'the name of a local',
      'lib/helper.ts',
      'half(n: number): number {\n  // Rounds down.\n  return Math.floor(n ',
      'half(whole: number): number {\n  return Math.floor(whole ',
    ],
    ['a type', 'lib/helper.ts', 'twice(n: number): number', 'twice(n: 2 | 3)'],
    ['a description', 'assets/raw.ts', "'Halves.'", "'Half of it.'"],
    [
      'a check',
      'assets/raw.ts',
      "description: 'Halves.',",
      "checks: [{ name: 'x', blocking: true, sql: () => 'SELECT 1' }],",
    ],
    ['inputs, which are compared on their own', 'assets/raw.ts', 'deps: { source },', ''],
    ['the length of a shared window', 'assets/windows.ts', 'days: 90', 'days: 30'],
    ['a time zone, which is compared on its own', 'assets/windows.ts', 'Europe/Moscow', 'Asia/Omsk'],
    ['a file behind an index that nothing reaches', 'lib/table.ts', 'process.env.NAME', 'process.env.USER'],
    ['a constant that no asset uses', 'assets/raw.ts', 'const shape = sql`SELECT', 'const shape = sql`SELECT 0 +'],
    ['another that calls and spreads', 'assets/raw.ts', '...twice(4)', '...twice(5)'],
    ['a package that no asset reaches', 'package-lock.json', '"8.0.0"', '"9.0.0"'],
    [
      'layout and comments of SQL',
      'assets/features.ts',
      'SELECT n, count() AS c',
      'SELECT\n  n, -- each\n  count() as c',
    ],
    [
      'the body of an asset with a version by hand',
      'assets/features.ts',
      "codeVersion: '3', materialize: async () => ({ kind: 'value', value: 1",
      "codeVersion: '3', materialize: async () => ({ kind: 'value', value: 2",
    ],
  ])('%s', async (_, file, from, to) => {
    expect(await changedBy({ [file]: replace(from, to) })).toEqual([])
  })

  it('a dead neighbour with the name of a helper, whatever the minifier makes of it', async () => {
    const neighbour =
      'export const zzzzqqqq = () => { const jjjj = "jjjjkkkkqqqqzzzz"; return jjjj.length }\nconst half = zzzzqqqq\nexport { half as unused }\n'
    expect(await changedBy({ 'lib/table.ts': (text) => neighbour + text })).toEqual([])
    expect(await changedBy({ 'assets/raw.ts': (text) => `${text}\n${neighbour.replaceAll('half', 'other')}` })).toEqual(
      [],
    )
  })
})

describe('code versions', () => {
  it('count a module that is imported for its effects', async () => {
    const importing = { 'lib/helper.ts': (text: string) => `import './register.ts'\n${text}` }
    expect((await changedBy(importing)).sort()).toEqual(['raw/doubles', 'raw/halves'])
    const registered = { 'lib/register.ts': replace('= 1', '= 2') }
    const first = await versions()
    await work.write({ 'lib/register.ts': registered['lib/register.ts'](FILES['lib/register.ts']) })
    const second = await versions()
    expect(second.get('raw/halves')).not.toEqual(first.get('raw/halves'))
    expect(second.get('raw/parsed')).toEqual(first.get('raw/parsed'))
  })

  it('say what they are the hash of', () => {
    expect(before.get('raw/parsed')).toEqual({
      version: expect.stringMatching(/^h1-esbuild[\d.]+:[0-9a-f]{32}$/),
      hasher: expect.stringMatching(/^h1-esbuild\d/),
      parts: { code: expect.stringMatching(/^[0-9a-f]{64}$/), packages: { zod: '4.0.0' } },
    })
    expect(before.get('raw/halves')!.parts.packages).toEqual({})
    expect(before.get('features/counted')).toMatchObject({
      hasher: expect.stringMatching(/^h1-chdb\d/),
      parts: { sql: expect.any(String), orderBy: ['n'] },
    })
    expect(before.get('features/given')).toMatchObject({ version: 'given:3', hasher: 'given' })
    expect(before.get('features/level_low')!.parts.params).toBe('{"limit":1}')
    expect(before.get('features/level_low')!.version).not.toBe(before.get('features/level_high')!.version)
  })

  it.each([
    ['h1-esbuild0.28.2:ab', 'h1-esbuild0.28.2:cd', true],
    ['h1-esbuild0.28.2:ab', 'h1-esbuild0.29.0:ab', false],
    ['h1-esbuild0.28.2:ab', 'h2-esbuild0.28.2:ab', false],
    ['h1-esbuild0.28.2:ab', 'h1-chdb3.4.0:ab', true],
    ['given:3', 'given:4', true],
    ['h1-chdb3.4.0:ab', 'given:4', true],
  ])('%s and %s: comparable is %s', (a, b, comparable) => {
    expect(areComparable(a, b)).toBe(comparable)
  })

  it('are the same in another folder', async () => {
    const other = await project(FILES)
    const { graph, root, cacheDir } = await loadDefinitions(other.path('definitions.ts'))
    expect(await codeVersions(graph, { root, formatter, cacheDir })).toEqual(before)
    await other.remove()
  })

  it('ask the formatter once for each text', async () => {
    await work.write({ 'assets/features.ts': FILES['assets/features.ts'].replace('count() AS c', 'max(n) AS c') })
    const calls = formatter.calls()
    await versions()
    expect(formatter.calls()).toBe(calls + 1)
    await versions()
    expect(formatter.calls()).toBe(calls + 1)
  })

  it('name the asset whose SQL is wrong', async () => {
    await work.write({
      'assets/features.ts': FILES['assets/features.ts'].replace('SELECT n, count()', 'SELECT SELECT count('),
    })
    await expect(versions()).rejects.toThrow("cannot read the SQL of 'features/counted' (assets/features.ts:5)")
  })

  it('refuse parameters that JSON cannot say', async () => {
    await work.write({
      'assets/features.ts': FILES['assets/features.ts'].replace('{ limit }', '{ limit: () => limit }'),
    })
    await expect(versions()).rejects.toThrow(/'features\/level_\w+' \(assets\/features.ts:12\).*A function has no JSON/)
  })

  it('need a version of every package', async () => {
    await work.write({ 'package-lock.json': lock({ pg: '8.0.0' }) })
    await expect(versions()).rejects.toThrow("cannot tell the version of the package 'zod'")
  })

  it('come from the text of the function in a graph built in memory', async () => {
    const build = (start: number, step: number) => {
      const counts = [1, 2].map((n) =>
        asset({
          key: `made/n${n}`,
          store: value,
          params: { n: n * step },
          materialize: async () => ({ kind: 'value', value: n }),
        }),
      )
      const first = asset({
        key: 'made/first',
        store: value,
        params: start,
        materialize: async () => ({ kind: 'value', value: start }),
      })
      return codeVersions(defineGraph({ assets: [first, ...counts] }), {
        root: work.root,
        formatter,
        cacheDir: work.path('cache'),
      })
    }
    const versions = await build(1, 1)
    expect(new Set([...versions.values()].map((v) => v.version)).size).toBe(3)
    expect(await build(1, 1)).toEqual(versions)
    const after = await build(2, 1)
    expect(after.get('made/first')).not.toEqual(versions.get('made/first'))
    expect(after.get('made/n1')).toEqual(versions.get('made/n1'))
  })
})

function lock(versions: Record<string, string>): string {
  const packages = Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])
  return JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(packages) })
}
