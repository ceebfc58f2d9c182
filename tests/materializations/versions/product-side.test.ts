import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadDefinitions } from '../../../materializations/definitions/index.ts'
import { type CodeVersion, codeVersions } from '../../../materializations/versions/index.ts'
import { type Project, project } from '../definitions/project.ts'
import { countingFormatter } from './formatter.ts'

/** The product's own tree in small: assets that import its library by relative paths. */
const FILES = {
  'package.json': JSON.stringify({ name: 'ottok', type: 'module' }),
  'lib/graph/index.ts': "export * from 'ottok'\nexport const hint = 1\n",
  'lib/warehouse/index.ts': 'export const quote = (name: string) => "<" + name\n',
  'lib/learning/index.ts': 'export const rounds = 10\n',
  'definitions.ts': `import { asset, defineGraph, hint, value } from './lib/graph/index.ts'
import { rounds } from './lib/learning/index.ts'
import { quote } from './lib/warehouse/index.ts'
export const model = asset({
  key: 'models/m',
  store: value,
  materialize: async () => ({ kind: 'value', value: [rounds, hint, quote('a')] }),
})
export default defineGraph({ assets: [model] })
`,
}

let work: Project
let before: CodeVersion

async function version(): Promise<CodeVersion> {
  const { graph, root, cacheDir } = await loadDefinitions(work.path('definitions.ts'))
  const found = await codeVersions(graph, { root, cacheDir, formatter: countingFormatter() })
  return found.get('models/m')!
}

beforeAll(async () => {
  work = await project(FILES)
  before = await version()
})
beforeEach(() => work.write(FILES))
afterAll(() => work.remove())

describe('in the product itself', () => {
  it.each([['graph'], ['warehouse']])('an edit of lib/%s makes nothing stale', async (folder) => {
    const file = join('lib', folder, 'index.ts')
    const text = FILES[file as keyof typeof FILES]
    await work.write({ [file]: `console.assert(true)\n${text.replace('= 1', '= 2').replace('<', '>')}` })
    expect(await version()).toEqual(before)
  })

  it('an edit of what an asset computes with does', async () => {
    await work.write({ 'lib/learning/index.ts': 'export const rounds = 20\n' })
    expect((await version()).version).not.toBe(before.version)
  })

  it('assets know their places', async () => {
    const { graph } = await loadDefinitions(work.path('definitions.ts'))
    expect(graph.asset('models/m').source).toMatchObject({ file: 'definitions.ts', line: 4, binding: 'model' })
  })
})
