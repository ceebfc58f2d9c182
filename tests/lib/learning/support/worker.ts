import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../../../..')

/** Builds the training worker where the package's exports look for it, so that tests run today's source. */
export async function buildWorker(): Promise<void> {
  const folder = join(root, 'dist/workers')
  mkdirSync(folder, { recursive: true })
  const partial = join(folder, `xgboost.${process.pid}.tmp`)
  await build({
    entryPoints: [join(root, 'lib/learning/xgboost/worker.ts')],
    outfile: partial,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  renameSync(partial, join(folder, 'xgboost.js'))
}
