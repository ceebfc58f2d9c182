import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import type { Graph } from '../../lib/graph/index.ts'
import { type BundleManifest, bundlePath, findBundle, openBundleCache, storeBundle } from './bundle-cache.ts'
import { ESBUILD_VERSION } from './esbuild-version.ts'
import { evaluateBundle } from './evaluate.ts'

/** A definitions file, bundled and evaluated. */
export interface LoadedDefinitions {
  /** The definitions file, absolute, symbolic links followed. */
  readonly file: string
  /** Its folder; the `source.file` of assets is relative to it. */
  readonly root: string
  /** Everything the file exports, e.g. `commands`. */
  readonly module: Readonly<Record<string, unknown>>
  readonly graph: Graph
  /** Absolute paths of the project's files in the bundle, sorted; packages are not among them. */
  readonly sourceFiles: readonly string[]
  /** Path of the bundle. */
  readonly bundle: string
  /** SHA-256 of the bundle, hex: the same sources in the same place give the same. */
  readonly digest: string
  /** Folder for what is derived from these sources; safe to delete at any time. */
  readonly cacheDir: string
}

/**
 * Loads `definitions.ts`: bundles it with the project files it imports and evaluates the bundle.
 *
 * The bundle is cached beside the project's packages and found again by size, times and hashes of the files, so that
 * the bundler does not start when nothing has changed. The graph is the default export or the export `graph`.
 *
 * @param file path of the definitions file
 * @throws OttokError (exit code 2) when the file is missing, does not compile, throws or has no graph;
 *   GraphError with all its diagnostics when the graph itself is wrong
 */
export async function loadDefinitions(file: string): Promise<LoadedDefinitions> {
  if (!existsSync(file)) {
    throw new OttokError({
      what: `cannot load the definitions ${resolve(file)}`,
      cause: 'The file does not exist.',
      mend: 'Run the command in the folder of definitions.ts, or name the file with --definitions FILE.',
      exitCode: 2,
    })
  }
  const entry = realpathSync(file)
  const cacheDir = await openBundleCache(entry)
  const manifest = (await findBundle(cacheDir, entry, BUNDLER)) ?? (await bundleAnew(cacheDir, entry))
  const bundle = bundlePath(cacheDir, manifest.digest)
  const module = await evaluateBundle(bundle, entry)
  return {
    file: entry,
    root: dirname(entry),
    module,
    graph: graphOf(module, entry),
    sourceFiles: sourcePaths(manifest),
    bundle,
    digest: manifest.digest,
    cacheDir,
  }
}

/** What made a bundle; raise the number when the text that `bundleDefinitions` makes of the same sources changes. */
const BUNDLER = `1 esbuild@${ESBUILD_VERSION}`

/** Loads the bundler and the parser, which is why it is not loaded itself before it is needed. */
async function bundleAnew(cacheDir: string, entry: string): Promise<BundleManifest> {
  const { bundleDefinitions } = await import('./bundle.ts')
  return storeBundle(cacheDir, entry, BUNDLER, await bundleDefinitions(entry))
}

/** What a definitions file may export, before anything is known of it. */
interface Definitions extends Record<string, unknown> {
  default?: unknown
  graph?: unknown
}

function sourcePaths(manifest: BundleManifest): string[] {
  return manifest.inputs
    .map((input) => input.path)
    .filter((path) => basename(path) !== 'tsconfig.json')
    .sort()
}

function graphOf(module: Definitions, entry: string): Graph {
  const found = [module.default, module.graph].find(isGraph)
  if (found !== undefined) return found
  const names = Object.keys(module)
  throw new OttokError({
    what: `cannot load the definitions ${entry}`,
    cause: `The file exports no graph (${names.length > 0 ? `it exports ${names.join(', ')}` : 'it exports nothing'}).`,
    mend: 'Write `export default defineGraph({ assets: [...] })` in it.',
    exitCode: 2,
  })
}

/** By shape: the definitions may carry their own copy of the graph library. */
function isGraph(value: unknown): value is Graph {
  if (typeof value !== 'object' || value === null) return false
  return 'assets' in value && value.assets instanceof Map && 'select' in value && typeof value.select === 'function'
}
