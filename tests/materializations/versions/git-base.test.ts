import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { atRevision, diffGraphs, loadRevision } from '../../../materializations/versions/index.ts'
import { type Project, project } from '../definitions/project.ts'
import { countingFormatter } from './formatter.ts'

const asset = (key: string, returns: number, more = '') =>
  `asset({ key: '${key}', store: value, ${more} materialize: async () => ({ kind: 'value', value: ${returns} }) })`

const FILES = {
  '.gitignore': 'node_modules\n',
  'pipeline/helper.ts': 'export const factor = 3\n',
  'pipeline/definitions.ts': `import { asset, daily, defineGraph, trailing, through, value } from 'ottok'
import { factor } from './helper.ts'
const partitions = daily({ start: '2026-01-01', timezone: 'Europe/Moscow' })
const raw = ${asset('raw/a', 1, 'partitions,')}
const reader = ${asset('features/reader', 2, 'partitions, deps: { raw: through(raw, trailing({ days: 30 })) },')}
const helped = asset({ key: 'features/helped', store: value, materialize: async () => ({ kind: 'value', value: factor }) })
const old = ${asset('raw/old', 4)}
export default defineGraph({ assets: [raw, reader, helped, old] })
`,
}

const formatter = countingFormatter()
let work: Project
const git = (...args: string[]) => execFileSync('git', ['-C', work.root, ...args], { encoding: 'utf8' }).trim()
const commit = (message: string) => {
  git('add', '--all')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', message)
}
const edited = (from: string, to: string) => {
  const text = FILES['pipeline/definitions.ts']
  expect(text).toContain(from)
  return { 'pipeline/definitions.ts': text.replace(from, to) }
}

beforeAll(async () => {
  work = await project(FILES)
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', 'package.json', '.gitignore')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'Empty')
  git('tag', 'empty')
  commit('Base')
  git('tag', 'base')
})
beforeEach(() => work.write(FILES))
afterAll(() => work.remove())

async function diff() {
  const definitions = work.path('pipeline/definitions.ts')
  const head = await loadRevision(definitions, formatter)
  return atRevision(definitions, 'base', formatter, async (base) => diffGraphs(base, head))
}

const NONE = { new: [], removed: [], code: [], deps: [], partitions: [] }

describe('what differs between a revision and the work tree', () => {
  it('is nothing when nothing is edited', async () => {
    expect(await diff()).toEqual(NONE)
  })

  it('is the code of the assets that reach an edit', async () => {
    await work.write({ 'pipeline/helper.ts': 'export const factor = 5\n' })
    expect(await diff()).toEqual({ ...NONE, code: ['features/helped'] })
  })

  it.each([
    ['a window', 'days: 30', 'days: 31', { deps: ['features/reader'] }],
    ['a time zone', 'Europe/Moscow', 'Asia/Omsk', { partitions: ['raw/a', 'features/reader'] }],
    ['an asset under another key', 'raw/old', 'raw/new', { new: ['raw/new'], removed: ['raw/old'] }],
    ['the code of an upstream, not of its reader', 'value: 1', 'value: 11', { code: ['raw/a'] }],
  ])('shows %s', async (_, from, to, changes) => {
    await work.write(edited(from, to))
    expect(await diff()).toEqual({ ...NONE, ...changes })
  })
})

describe('atRevision', () => {
  it('leaves repository, index and work tree as they are, and no files behind', async () => {
    const change = edited('value: 1', 'value: 12')
    await work.write(change)
    git('add', '--all')
    const status = git('status', '--porcelain')
    expect(status).toContain('pipeline/definitions.ts')
    const seen = await atRevision(work.path('pipeline/definitions.ts'), 'base', formatter, async (base) => {
      expect(await readFile(base.file, 'utf8')).toBe(FILES['pipeline/definitions.ts'])
      expect(base.commit).toBe(git('rev-parse', 'base'))
      return base.root
    })
    expect(existsSync(seen)).toBe(false)
    expect(git('status', '--porcelain')).toBe(status)
    expect(await readFile(work.path('pipeline/definitions.ts'), 'utf8')).toBe(change['pipeline/definitions.ts'])
    expect(git('worktree', 'list').split('\n')).toHaveLength(1)
    git('reset', '--quiet')
  })

  it('removes its files when the use of them fails', async () => {
    let seen = ''
    const failing = atRevision(work.path('pipeline/definitions.ts'), 'main', formatter, async (base) => {
      seen = base.root
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(existsSync(seen)).toBe(false)
  })

  it.each([
    ['gone', "cannot compare with the revision 'gone'"],
    ['--all', "cannot compare with the revision '--all'"],
    ['empty', /the revision 'empty': Commit [0-9a-f]{12} has no file pipeline\/definitions.ts/],
  ])('says that the revision %s does not do', async (ref, words) => {
    const use = atRevision(work.path('pipeline/definitions.ts'), ref, formatter, async () => 1)
    await expect(use).rejects.toThrow(words)
    await expect(use).rejects.toMatchObject({ name: 'OttokError', exitCode: 2 })
  })

  it('says that a folder is in no repository', async () => {
    const outside = await project({ 'definitions.ts': '' })
    const use = atRevision(outside.path('definitions.ts'), 'main', formatter, async () => 1)
    await expect(use).rejects.toThrow('Git says: not a git repository')
    await outside.remove()
  })
})
