import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, SUBJECTS } from './cruise.ts'
import { cyclesOf, runtimeImports } from './runtime-imports.ts'

/** Stores and clients are not in the code version of an asset, so its body must reach them through its context. */
const STORES_AND_CLIENTS = /^lib\/(warehouse|postgres|objects)\//

describe('the tree', () => {
  const imports = runtimeImports(ROOT, SUBJECTS)

  test('has no modules that need each other to load', () => {
    expect(imports.size).toBeGreaterThan(0)
    expect(cyclesOf(imports).map((cycle) => cycle.join(' -> '))).toEqual([])
  })

  test('has no asset that calls a store or a client itself', () => {
    expect(storesCalledByAssets(imports)).toEqual([])
  })
})

describe('planted modules', () => {
  let tree: string

  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'ottok-imports-'))
    const files: Record<string, string> = {
      'lib/a.ts': "import { b } from './b.ts'\nexport const a = () => b()\n",
      'lib/b.ts': "export { c as b } from './deep/c.ts'\n",
      'lib/deep/c.ts': "import { type A, a } from '../a.ts'\nexport const c = (): A => a()\n",
      'lib/types.ts': "import type { U } from './uses.ts'\nexport type T = U[]\n",
      'lib/uses.ts':
        "import { type T } from './types.ts'\nexport type { T as V } from './types.ts'\nexport type U = T\n",
      'lib/lazy.ts': "export const lazy = () => import('./eager.ts')\n",
      'lib/eager.ts': "import { lazy } from './lazy.ts'\nexport const eager = lazy\n",
      'lib/warehouse/open.ts': 'export interface Warehouse { readonly open: true }\nexport const open = 1\n',
      'assets/good.ts': "import type { Warehouse } from '../lib/warehouse/open.ts'\nexport type W = Warehouse\n",
      'assets/bad.ts': "import { open } from '../lib/warehouse/open.ts'\nexport const bad = open\n",
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(tree, path, '..'), { recursive: true })
      writeFileSync(join(tree, path), text)
    }
  })

  afterAll(() => rmSync(tree, { recursive: true, force: true }))

  test('the one cycle of values is found, those of types and of late imports are not', () => {
    const cycles = cyclesOf(runtimeImports(tree, ['lib']))
    expect(cycles.map((cycle) => [...new Set(cycle)].sort())).toEqual([['lib/a.ts', 'lib/b.ts', 'lib/deep/c.ts']])
  })

  test('an asset that calls a store is found, one that names its type is not', () => {
    expect(storesCalledByAssets(runtimeImports(tree, ['assets', 'lib']))).toEqual([
      'assets/bad.ts -> lib/warehouse/open.ts',
    ])
  })
})

function storesCalledByAssets(imports: ReadonlyMap<string, readonly string[]>): string[] {
  return [...imports]
    .filter(([file]) => file.startsWith('assets/'))
    .flatMap(([file, targets]) =>
      targets.filter((target) => STORES_AND_CLIENTS.test(target)).map((target) => `${file} -> ${target}`),
    )
}
