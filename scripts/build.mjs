// Builds the product into dist/: the public API, the command line and the workers, with shared chunks, so that all of
// them use one copy of each module, and the declarations of the public API.
//
// npm runs this on install (`prepare`): a part whose source or compiler is absent is named and left out. Mistakes in
// types are reported and end the build only with `--types`.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')

/**
 * Packages of plain JavaScript that every command loads. Finding, reading and linking their files one by one took most
 * commands longer than what they do; of zod the texts in sixty languages are left out.
 */
const BUNDLED = new Set([
  'commander',
  'graphology',
  'graphology-dag',
  'pg',
  'pg-copy-streams',
  'picocolors',
  'temporal-polyfill',
  'zod',
])

const started = performance.now()
const entryPoints = { ...mainParts(), ...workers() }
const written = await bundle(entryPoints)
removeStale(written)
writeTypes()
console.log(`dist: ${Object.keys(entryPoints).join(', ')} in ${Math.round(performance.now() - started)} ms`)

/** The parts that have a fixed place: name in dist -> source. */
function mainParts() {
  const parts = { index: 'lib/index.ts', cli: 'materializations/cli/main.ts' }
  return Object.fromEntries(
    Object.entries(parts).filter(([name, source]) => {
      const isThere = existsSync(join(root, source))
      if (!isThere) console.warn(`dist/${name}.js is left out: there is no ${source}`)
      return isThere
    }),
  )
}

/** Each `lib/**` + `/worker.ts` becomes dist/workers/<its folder>.js, imported as `ottok/workers/<its folder>`. */
function workers() {
  const found = {}
  for (const path of readdirSync(join(root, 'lib'), { recursive: true })) {
    if (basename(path) !== 'worker.ts') continue
    const name = `workers/${basename(dirname(path))}`
    if (found[name]) throw new Error(`Two workers have the name ${name}: ${found[name]} and lib/${path}`)
    found[name] = join('lib', path)
  }
  return found
}

async function bundle(entries) {
  const result = await build({
    entryPoints: entries,
    absWorkingDir: root,
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: externals(),
    // CommonJS packages ask for Node's modules by name.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
    },
    charset: 'utf8',
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  })
  return Object.keys(result.metafile.outputs).map((path) => join(root, path))
}

/** Packages that stay where they are installed: ours by its own name, and those that are not bundled. */
function externals() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const names = ['ottok', 'pg-native', ...Object.keys(dependencies).filter((name) => !BUNDLED.has(name))]
  return names.flatMap((name) => [name, `${name}/*`])
}

/** Removes files of earlier builds; young chunks stay for the commands that run meanwhile. */
function removeStale(written) {
  const keep = new Set(written)
  const hourAgo = Date.now() - 60 * 60 * 1000
  for (const path of readdirSync(dist, { recursive: true })) {
    const file = join(dist, path)
    const [part] = path.split(sep)
    const stats = statSync(file)
    if (!stats.isFile() || part === 'types' || keep.has(file)) continue
    if (part !== 'chunks' || stats.mtimeMs < hourAgo) rmSync(file)
  }
}

function writeTypes() {
  const compiler = join(root, 'node_modules', '.bin', 'tsc')
  if (!existsSync(compiler)) {
    console.warn('dist/types is left out: the TypeScript compiler is not installed')
    return
  }
  const project = join(root, 'scripts', 'tsconfig.types.json')
  const { status } = spawnSync(compiler, ['--project', project], { cwd: root, stdio: 'inherit' })
  if (status === 0) return
  console.warn('dist/types: the types have mistakes, see above')
  if (process.argv.includes('--types')) process.exitCode = 1
}
