import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { OttokError } from '../../../lib/config/errors.ts'
import { loadDefinitions, placeOfError } from '../../../materializations/definitions/index.ts'
import { type Project, project } from './project.ts'

const ASSETS = `import { asset, value } from 'ottok'

const make = (name: string) => asset({ key: \`made/\${name}\`, store: value, materialize: async () => ({ kind: 'value', value: name }) })

export const first = asset({
  key: 'raw/first',
  store: value,
  materialize: async () => ({ kind: 'value', value: 1 }),
})
const hidden = asset({ key: 'raw/hidden', store: value, materialize: async () => ({ kind: 'value', value: 2 }) })
export const others = [hidden, make('a'), make('b')]
`

const DEFINITIONS = `import { defineGraph } from 'ottok'
import { first, others } from './assets/all.ts'

export const commands = ['greet']
export default defineGraph({ assets: [first, ...others] })
`

const open: Project[] = []
async function made(files: Record<string, string>): Promise<Project> {
  const one = await project(files)
  open.push(one)
  return one
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.remove()
})

async function errorOf(load: Promise<unknown>): Promise<OttokError> {
  const error = await load.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OttokError)) throw new Error(`No OttokError but ${String(error)}`)
  return error
}

describe('loadDefinitions', () => {
  it('gives the graph, the other exports and the place of every asset', async () => {
    const { path, root } = await made({ 'definitions.ts': DEFINITIONS, 'assets/all.ts': ASSETS })
    const loaded = await loadDefinitions(path('definitions.ts'))

    expect(loaded.root).toBe(root)
    expect(loaded.module.commands).toEqual(['greet'])
    expect(loaded.sourceFiles).toEqual([path('assets/all.ts'), path('definitions.ts')])
    const places = Object.fromEntries([...loaded.graph.assets.values()].map((asset) => [asset.key, asset.source]))
    expect(places).toEqual({
      'raw/first': { file: 'assets/all.ts', line: 5, binding: 'first', exported: true },
      'raw/hidden': { file: 'assets/all.ts', line: 10, binding: 'hidden', exported: false },
      'made/a': { file: 'assets/all.ts', line: 3, binding: null, exported: false },
      'made/b': { file: 'assets/all.ts', line: 3, binding: null, exported: false },
    })
  })

  it('knows factories under other names and in a namespace, and leaves namesakes alone', async () => {
    const { path } = await made({
      'own.ts': 'export const sqlAsset = (...all: unknown[]) => all.length',
      'definitions.ts': `
import { asset as declare, defineGraph, value } from 'ottok'
import * as ottok from 'ottok'
import { sqlAsset } from './own.ts'
const materialize = async () => ({ kind: 'value', value: 1 } as const)
export const a = declare({ key: 'a', store: value, materialize })
export const b = (ottok.asset({ key: 'b', store: value, materialize }))
export const count = sqlAsset({})
export const graph = defineGraph({ assets: [a, b] })
`,
    })
    const { graph, module } = await loadDefinitions(path('definitions.ts'))
    expect(module.count).toBe(1)
    expect([graph.asset('a').source?.binding, graph.asset('b').source?.binding]).toEqual(['a', 'b'])
  })

  it('gives modules the place of their source, not of the bundle', async () => {
    const { path, root } = await made({
      'sub/here.ts': 'export const here = [import.meta.url, import.meta.filename, import.meta.dirname]',
      'definitions.ts': `export { here } from './sub/here.ts'\n${DEFINITIONS.replace("'./assets/all.ts'", "'./all.ts'")}`,
      'all.ts': ASSETS,
    })
    const { module } = await loadDefinitions(path('definitions.ts'))
    expect(module.here).toEqual([`file://${root}/sub/here.ts`, path('sub/here.ts'), path('sub')])
  })

  it('finds the bundle again without bundling, and bundles again after an edit', async () => {
    const { path, write, root } = await made({ 'definitions.ts': DEFINITIONS, 'assets/all.ts': ASSETS })
    const first = await loadDefinitions(path('definitions.ts'))
    const written = (await stat(manifestOf(root, await readdir(first.cacheDir)))).mtimeMs
    const again = await loadDefinitions(path('definitions.ts'))
    expect(again.module).toBe(first.module)

    await utimes(path('assets/all.ts'), new Date(), new Date())
    expect((await loadDefinitions(path('definitions.ts'))).digest).toBe(first.digest)
    expect((await stat(manifestOf(root, await readdir(first.cacheDir)))).mtimeMs).toBe(written)

    await write({ 'assets/all.ts': ASSETS.replace("key: 'raw/first'", "key: 'raw/fresh'") })
    const edited = await loadDefinitions(path('definitions.ts'))
    expect(edited.digest).not.toBe(first.digest)
    expect([...edited.graph.assets.keys()]).toContain('raw/fresh')

    await write({ 'assets/all.ts': ASSETS })
    expect((await loadDefinitions(path('definitions.ts'))).digest).toBe(first.digest)
  })

  it('bundles again when the bundle is gone', async () => {
    const { path } = await made({ 'definitions.ts': DEFINITIONS, 'assets/all.ts': ASSETS })
    const first = await loadDefinitions(path('definitions.ts'))
    await rm(first.bundle)
    expect((await loadDefinitions(path('definitions.ts'))).bundle).toBe(first.bundle)
    expect(existsSync(first.bundle)).toBe(true)
  })

  it('prunes bundles that no definitions need and that are a day old', async () => {
    const { path, write } = await made({ 'definitions.ts': DEFINITIONS, 'assets/all.ts': ASSETS })
    const old = await loadDefinitions(path('definitions.ts'))
    await write({ 'assets/all.ts': ASSETS.replace('value: 1', 'value: 11') })
    const young = await loadDefinitions(path('definitions.ts'))
    expect(existsSync(old.bundle)).toBe(true)

    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000)
    for (const { bundle } of [old, young]) await utimes(bundle, yesterday, yesterday)
    await write({ 'second.ts': DEFINITIONS })
    await loadDefinitions(path('second.ts'))
    expect([existsSync(old.bundle), existsSync(young.bundle)]).toEqual([false, true])
  })

  it('finds the line of the source for an error that code of the bundle throws', async () => {
    const { path } = await made({
      'assets/all.ts': ASSETS,
      'fails.ts': 'interface Gone {\n  a: number\n}\nexport function fail(): Gone {\n  throw new Error("no")\n}\n',
      'definitions.ts': `export { fail } from './fails.ts'\n${DEFINITIONS}`,
    })
    const { module, bundle, file } = await loadDefinitions(path('definitions.ts'))
    const error = await Promise.resolve()
      .then(() => (module.fail as () => void)())
      .catch((thrown: unknown) => thrown)
    expect(await placeOfError(bundle, file, error)).toBe('fails.ts:5')
    expect(await placeOfError(bundle, file, new Error('elsewhere'))).toBeUndefined()
  })
})

describe('loadDefinitions fails with words for', () => {
  it('a missing file', async () => {
    const { path } = await made({})
    const error = await errorOf(loadDefinitions(path('definitions.ts')))
    expect(error.message).toContain('The file does not exist. Run the command in the folder of definitions.ts')
    expect(error.exitCode).toBe(2)
  })

  it.each([
    ['a syntax error', 'export const a = 1\nexport const = 2\n', 'definitions.ts:2: Expected identifier but found "="'],
    ['an import of nothing', "\n\nimport './gone.ts'\n", 'definitions.ts:3: Could not resolve "./gone.ts"'],
    ['an error on load', "\nconst a: string[] = []\nthrow new Error('oh no')\n", '(definitions.ts:3): Error: oh no.'],
    ['a package that is not installed', "import 'no-such-package'", 'Install it: npm install no-such-package'],
    ['a missing graph', 'export const a = 1', 'The file exports no graph (it exports a).'],
    ['nothing', 'const a = 1', 'it exports nothing'],
  ])('%s', async (_, text, words) => {
    const { path } = await made({ 'definitions.ts': text })
    const error = await errorOf(loadDefinitions(path('definitions.ts')))
    expect(error.message).toContain(words)
    expect(error.exitCode).toBe(2)
  })

  it('a wrong graph, with every place', async () => {
    const twice = ASSETS.replace("key: 'raw/hidden'", "key: 'raw/first'")
    const { path } = await made({ 'definitions.ts': DEFINITIONS, 'assets/all.ts': twice })
    await expect(loadDefinitions(path('definitions.ts'))).rejects.toMatchObject({
      name: 'GraphError',
      diagnostics: [{ code: 'duplicate-key', places: ['assets/all.ts:5', 'assets/all.ts:10'] }],
    })
  })
})

describe('what the graph library refuses before there is an asset', () => {
  it.each([
    ['partitions', "daily({ start: '2026-02-30', timezone: 'UTC' })", "'2026-02-30' is not a day partition"],
    ['a zone', "daily({ start: '2026-02-01', timezone: 'Europe/Mosco' })", "'Europe/Mosco' is not a time zone"],
    ['a schedule', "onCron('61 * * * *', 'UTC')", "'61' is no minute"],
  ])('%s: with its line', async (_, text, words) => {
    const { path } = await made({
      'definitions.ts': `import { when } from './assets/when.ts'\nexport default when\n`,
      'assets/when.ts': `import { daily, onCron } from 'ottok'\n\nexport const used = [daily, onCron]\nexport const when = ${text}\n`,
    })
    await expect(loadDefinitions(path('definitions.ts'))).rejects.toMatchObject({
      diagnostics: [{ message: expect.stringContaining(words), places: ['assets/when.ts:4'] }],
    })
  })
})

function manifestOf(root: string, files: readonly string[]): string {
  const manifests = files.filter((file) => file.endsWith('.json'))
  expect(manifests).toHaveLength(1)
  return join(root, 'node_modules/.cache/ottok', manifests[0]!)
}

it('keeps the source map in the bundle', async () => {
  const { path } = await made({ 'definitions.ts': DEFINITIONS, 'assets/all.ts': ASSETS })
  const { bundle } = await loadDefinitions(path('definitions.ts'))
  expect(await readFile(bundle, 'utf8')).toMatch(/\/\/# sourceMappingURL=data:application\/json;base64,\S+\s*$/)
})

it.runIf(process.getuid?.() === 0)('what another user bundled is used; what cannot be kept is told', async () => {
  const { root, path } = await made({ 'definitions.ts': DEFINITIONS, 'assets/all.ts': ASSETS })
  await chmod(root, 0o755)
  const mine = await loadDefinitions(path('definitions.ts'))
  process.seteuid?.(65_534)
  try {
    expect((await loadDefinitions(path('definitions.ts'))).bundle).toBe(mine.bundle)
  } finally {
    process.seteuid?.(0)
  }
  await writeFile(path('definitions.ts'), `${DEFINITIONS}export const more = 1\n`)
  process.seteuid?.(65_534)
  try {
    const error = await errorOf(loadDefinitions(path('definitions.ts')))
    expect(error.message).toContain('cannot keep the bundle')
    expect(error.mend).toContain('writable')
  } finally {
    process.seteuid?.(0)
  }
})
