import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkStructure, ROOT, type Violation } from './cruise.ts'

/** [importing file, imported file, the rule that must reject it]; all are planted into one copy of the tree. */
const BAD_IMPORTS: readonly (readonly [from: string, to: string, rule: string])[] = [
  ['lib/graph/planted.ts', 'lib/config/target.ts', 'graph-imports-nothing-of-ours'],
  ['lib/config/planted.ts', 'lib/warehouse/target.ts', 'floor-0-imports-down-only'],
  ['lib/postgres/planted.ts', 'lib/features/target.ts', 'floor-1-imports-down-only'],
  ['lib/learning/planted.ts', 'lib/drift/target.ts', 'floor-2-imports-down-only'],
  ['lib/explain/planted.ts', 'materializations/planner/target.ts', 'lib-knows-no-asset-and-no-materializer'],
  ['lib/features/planted.ts', 'assets/raw/target.ts', 'lib-knows-no-asset-and-no-materializer'],
  ['lib/drift/planted.ts', 'lib/churn/target.ts', 'churn-commands-are-mounted-by-definitions'],
  ['materializations/executor/planted.ts', 'assets/scores/target.ts', 'materializer-knows-no-asset'],
  ['materializations/cli/planted.ts', 'lib/churn/target.ts', 'materializer-knows-no-asset'],
  ['assets/scores/planted.ts', 'materializations/stores/target.ts', 'assets-are-declarations'],
  ['lib/sources/simulator/planted.ts', 'lib/learning/target.ts', 'simulator-knows-no-features-and-no-learning'],
  ['lib/uplift/planted.ts', 'lib/sources/simulator/truth/target.ts', 'truth-stays-apart'],
  ['tests/real/planted/definitions.ts', 'lib/graph/target.ts', 'real-graphs-use-the-public-api'],
  ['lib/objects/planted.ts', 'tests/standins/target.ts', 'product-imports-no-test'],
]

const OTHERS: Readonly<Record<string, string>> = {
  'lib/graph/planted-type.ts': "import type { Target } from '../postgres/type.ts'\nexport type Planted = Target\n",
  'lib/postgres/type.ts': 'export type Target = 1\n',
  'assets/raw/planted-way.ts': "import { target } from '../../lib/sources/planted-way.ts'\nexport const way = target\n",
  'lib/sources/planted-way.ts': "export { target } from './simulator/truth/target.ts'\n",
  'lib/config/planted-nowhere.ts': "import { x } from './nowhere.ts'\nexport const y: number = x\n",
  'lib/config/planted-dev.ts': "import fc from 'fast-check'\nexport const planted = fc\n",
  'lib/graph/planted-io.ts': "import { readFileSync } from 'node:fs'\nexport const planted = readFileSync\n",
  'lib/config/planted-lazy.ts': "export const planted = () => import('../features/target.ts')\n",
}

test('the tree itself is clean, and its modules were really parsed', async () => {
  const { modules, violations } = await checkStructure(ROOT)
  expect(violations).toEqual([])
  expect(modules).toBeGreaterThanOrEqual(
    countSources('lib') + countSources('assets') + countSources('materializations'),
  )
})

describe('a planted bad import is rejected', () => {
  let tree: string
  let violations: readonly Violation[]

  /** The rules must hold among the real modules, so the whole tree is copied. */
  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), 'ottok-structure-'))
    for (const name of ['assets', 'lib', 'materializations', 'tests', 'definitions.ts']) {
      if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(tree, name), { recursive: true })
    }
    for (const name of ['.dependency-cruiser.cjs', 'package.json']) cpSync(join(ROOT, name), join(tree, name))
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
    for (const [from, to] of BAD_IMPORTS) {
      plant(
        from,
        `import { target } from '${'../'.repeat(from.split('/').length - 1)}${to}'\nexport const planted = target\n`,
      )
      plant(to, 'export const target = 1\n')
    }
    for (const [path, text] of Object.entries(OTHERS)) plant(path, text)
    violations = (await checkStructure(tree)).violations
  })

  afterAll(() => rmSync(tree, { recursive: true, force: true }))

  function plant(path: string, text: string): void {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }

  test.each(BAD_IMPORTS)('%s -> %s breaks %s', (from, to, rule) => {
    expect(violations).toContainEqual({ rule, from, to })
  })

  test.each([
    ['of a type alone', 'graph-imports-nothing-of-ours', 'lib/graph/planted-type.ts'],
    ['of the truth through another module', 'truth-stays-apart', 'assets/raw/planted-way.ts'],
    ['that does not resolve', 'not-to-unresolvable', 'lib/config/planted-nowhere.ts'],
    ['of a package that only developers have', 'no-undeclared-package', 'lib/config/planted-dev.ts'],
    ['of files by the pure library', 'graph-does-no-input-or-output', 'lib/graph/planted-io.ts'],
    ['at run time', 'floor-0-imports-down-only', 'lib/config/planted-lazy.ts'],
  ])('also one %s', (_, rule, from) => {
    expect(violations.filter((found) => found.rule === rule).map((found) => found.from)).toContain(from)
  })
})

function countSources(folder: string): number {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    .length
}
