import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import { type InputStamp, inputsUnchanged, isMissing, sha256 } from './input-stamps.ts'
import { nearest, productRoot } from './product-root.ts'

/** One bundling of one definitions file. */
export interface BundleManifest {
  readonly entry: string
  /** What bundled it; another bundler version makes the manifest void. */
  readonly bundler: string
  /** SHA-256 of the bundle, hex. */
  readonly digest: string
  readonly inputs: readonly InputStamp[]
}

/** A bundle that nobody has used for this long is removed; a process that just found it has time to import it. */
const KEEP_MS = 24 * 60 * 60 * 1000

/**
 * The folder of the bundles of a definitions file: `node_modules/.cache/ottok` of its project, so that the bundle
 * resolves packages as the sources do. A folder without `node_modules` gets one beside the definitions.
 *
 * In it, `ottok` links to the product that runs: a project that is the package itself, or has none installed, finds
 * it too, and nobody loads two copies of the graph library.
 */
export async function openBundleCache(entry: string): Promise<string> {
  const folder = dirname(entry)
  const cache = join(nearest(folder, 'node_modules') ?? folder, 'node_modules', '.cache', 'ottok')
  await keeping(cache, entry, async () => {
    await mkdir(join(cache, 'node_modules'), { recursive: true })
    await linkProduct(join(cache, 'node_modules', 'ottok'))
  })
  return cache
}

async function keeping(cache: string, entry: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw new OttokError({
      what: `cannot keep the bundle of ${entry} in ${cache}`,
      cause: `${error instanceof Error ? error.message : String(error)}.`,
      mend: 'Make that folder writable for the user who runs the command.',
      exitCode: 2,
      underlying: error,
    })
  }
}

async function linkProduct(link: string): Promise<void> {
  const root = productRoot()
  if ((await linkTarget(link)) === root) return
  // A link made under another name and moved over is never missing for a process that runs beside this one.
  const fresh = `${link}.${process.pid}`
  await rm(fresh, { force: true })
  await symlink(root, fresh, 'junction')
  await rename(fresh, link)
}

async function linkTarget(link: string): Promise<string | undefined> {
  try {
    return await readlink(link)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The manifest of the last bundling, when nothing that went into it has changed since. */
export async function findBundle(cache: string, entry: string, bundler: string): Promise<BundleManifest | undefined> {
  const manifest = await readManifest(join(cache, manifestName(entry)))
  if (manifest?.entry !== entry || manifest.bundler !== bundler) return undefined
  const path = bundlePath(cache, manifest.digest)
  try {
    const now = new Date()
    await utimes(path, now, now)
  } catch (error) {
    if (isMissing(error)) return undefined
    // Made by another user, as in an image that runs under one of its own: whoever may prune it finds it needed.
    if (!isNotAllowed(error)) throw error
  }
  return (await inputsUnchanged(manifest.inputs)) ? manifest : undefined
}

/** Stores a bundle, then its manifest, then drops what no manifest needs any more. */
export async function storeBundle(
  cache: string,
  entry: string,
  bundler: string,
  bundle: { readonly text: string; readonly inputs: readonly InputStamp[] },
): Promise<BundleManifest> {
  const manifest = { entry, bundler, digest: sha256(bundle.text), inputs: bundle.inputs }
  await keeping(cache, entry, async () => {
    await writeWhole(bundlePath(cache, manifest.digest), bundle.text)
    await writeWhole(join(cache, manifestName(entry)), JSON.stringify(manifest))
    await prune(cache)
  })
  return manifest
}

export function bundlePath(cache: string, digest: string): string {
  return join(cache, `${digest.slice(0, 32)}.mjs`)
}

function isNotAllowed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EPERM', 'EACCES', 'EROFS'].includes(String(error.code))
}

function manifestName(entry: string): string {
  return `${sha256(entry).slice(0, 32)}.json`
}

async function readManifest(path: string): Promise<BundleManifest | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as BundleManifest
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Another process sees the old file or the new one, never half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, text)
  await rename(temporary, path)
}

async function prune(cache: string): Promise<void> {
  const files = await readdir(cache)
  const needed = new Set<string>()
  for (const name of files.filter((file) => file.endsWith('.json'))) {
    const manifest = await readManifest(join(cache, name))
    if (manifest === undefined) continue
    if (existsSync(manifest.entry)) needed.add(bundlePath(cache, manifest.digest))
    else await rm(join(cache, name), { force: true })
  }
  const oldest = Date.now() - KEEP_MS
  for (const name of files.filter((file) => file.endsWith('.mjs') || file.endsWith('.tmp'))) {
    const path = join(cache, name)
    if (needed.has(path)) continue
    try {
      if ((await stat(path)).mtimeMs < oldest) await rm(path, { force: true })
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
}
