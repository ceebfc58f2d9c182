// `npm run bench`: builds the product and the benchmarks, since Node 20 runs no TypeScript, then runs them.
// The bundle lies under dist, inside the package, so that it finds `ottok/workers/*` as any user of the package does.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')
const product = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: ['ignore', 2, 2] })
if (product.status !== 0) process.exit(1)

await build({
  entryPoints: { run: 'tests/bench/run.ts' },
  absWorkingDir: root,
  outdir: 'dist/bench',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
})
const { main } = await import(join(root, 'dist/bench/run.js'))
process.exitCode = await main(process.argv.slice(2))
