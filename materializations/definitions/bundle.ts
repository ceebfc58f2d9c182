import { dirname, join, relative } from 'node:path'
import { type BuildFailure, build, type Message, type Plugin } from 'esbuild'
import { OttokError } from '../../lib/config/errors.ts'
import { injectSource } from './inject-source.ts'
import { type InputStamp, readStamped } from './input-stamps.ts'
import { nearest } from './product-root.ts'

/**
 * Bundles a definitions file with everything it imports by a relative path; packages stay outside.
 * @throws OttokError (exit code 2) with the place of the first mistakes
 */
export async function bundleDefinitions(entry: string): Promise<{ text: string; inputs: InputStamp[] }> {
  const folder = dirname(entry)
  const inputs = new Map<string, InputStamp>()
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: folder,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    charset: 'utf8',
    sourcemap: 'inline',
    sourcesContent: false,
    outdir: folder,
    logLevel: 'silent',
    plugins: [injectPlaces(folder, inputs)],
  }).catch((error: unknown) => {
    throw bundlingError(`cannot load the definitions ${entry}`, folder, error)
  })
  await stampSettings(folder, inputs)
  return { text: result.outputFiles[0]!.text, inputs: [...inputs.values()] }
}

/** Adds what the bundler reads beside the sources: path aliases in it change what an import means. */
export async function stampSettings(folder: string, inputs: Map<string, InputStamp>): Promise<void> {
  const home = nearest(folder, 'tsconfig.json')
  if (home === undefined) return
  const { stamp } = await readStamped(join(home, 'tsconfig.json'))
  inputs.set(stamp.path, stamp)
}

function injectPlaces(folder: string, inputs: Map<string, InputStamp>): Plugin {
  return {
    name: 'ottok-places',
    setup(hooks) {
      hooks.onLoad({ filter: /\.([cm]?[jt]sx?|json)$/, namespace: 'file' }, async ({ path }) => {
        const { stamp, content } = await readStamped(path)
        inputs.set(path, stamp)
        if (path.endsWith('.json')) return { contents: content, loader: 'json' }
        const source = new TextDecoder().decode(content)
        return { contents: injectSource(path, source, folder), loader: 'default' }
      })
    },
  }
}

/**
 * Turns a failure of the bundler into the product's error, with the first places.
 * @param folder what the places are relative to: the working folder of the bundler
 */
export function bundlingError(what: string, folder: string, error: unknown): unknown {
  if (!isBuildFailure(error)) return error
  const shown = error.errors.slice(0, 3).map((message) => describe(folder, message))
  const more = error.errors.length > 3 ? ` (and ${error.errors.length - 3} more)` : ''
  return new OttokError({
    what,
    cause: `${shown.join('; ')}${more}.`,
    mend: 'Correct the named place and run the command again.',
    exitCode: 2,
    underlying: error,
  })
}

function describe(folder: string, { text, location }: Message): string {
  if (location === null) return text
  return `${relative(folder, `${folder}/${location.file}`)}:${location.line}: ${text}`
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}
