import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OttokError } from './errors.ts'

const NAMES = ['ottok.config.ts', 'ottok.config.mjs', 'ottok.config.json']

/** The raw content of a config file, not yet checked. `path` is undefined when there is no file. */
export interface ConfigFile {
  readonly path: string | undefined
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Reads `path`, or the first `ottok.config.*` of the working directory; no file at all is an empty configuration.
 * A script exports its settings as `default`.
 * @throws OttokError (exit code 2) when the named file is missing, does not run or does not hold an object.
 */
export async function readConfigFile(path?: string): Promise<ConfigFile> {
  const found = path === undefined ? NAMES.map((name) => resolve(name)).find(existsSync) : resolve(path)
  if (found === undefined) return { path: undefined, values: {} }
  if (!existsSync(found)) throw unreadable(found, 'There is no such file.')
  let values: unknown
  try {
    values = extname(found) === '.json' ? JSON.parse(await readFile(found, 'utf8')) : await importScript(found)
  } catch (error) {
    throw unreadable(found, `${error instanceof Error ? error.message.split('\n')[0] : String(error)}.`, error)
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw unreadable(found, 'It does not hold (or export as default) an object of settings.')
  }
  return { path: found, values: values as Record<string, unknown> }
}

async function importScript(path: string): Promise<unknown> {
  if (extname(path) !== '.ts') return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  const { build } = await import('esbuild')
  const bundle = await build({
    entryPoints: [path],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'silent',
  })
  // Written beside the original, so that its packages resolve from the same place.
  const script = join(dirname(path), `.ottok.config.${process.pid}-${Date.now()}.mjs`)
  await writeFile(script, bundle.outputFiles[0]!.contents)
  try {
    return ((await import(pathToFileURL(script).href)) as { default?: unknown }).default
  } finally {
    await rm(script, { force: true })
  }
}

function unreadable(path: string, cause: string, underlying?: unknown): OttokError {
  return new OttokError({
    what: `cannot read the configuration ${path}`,
    cause,
    mend: 'Correct the file, or name another one.',
    exitCode: 2,
    underlying,
  })
}
