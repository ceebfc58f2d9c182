import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What `scripts/build.mjs` reads, and what it writes at least. */
const SOURCES = ['lib', 'materializations', 'scripts/build.mjs', 'package-lock.json', 'tsconfig.json']
const OUTPUTS = ['dist/index.js', 'dist/cli.js']

/**
 * Builds `dist` when a source is newer than it, because tests and benchmarks run the product's command and workers
 * as a user gets them.
 *
 * @param root folder of the repository.
 * @returns whether a build was made.
 * @throws with the builder's own words if it fails.
 */
export async function buildIfStale(root: string): Promise<boolean> {
  const built = await Promise.all(OUTPUTS.map((path) => modified(join(root, path))))
  const sources = await Promise.all(SOURCES.map((path) => newest(join(root, path))))
  if (Math.min(...built) >= Math.max(...sources)) return false
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: root })
  return true
}

/** Modification time in ms, or 0 where there is nothing yet. */
async function modified(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

async function newest(path: string): Promise<number> {
  const own = await stat(path)
  if (!own.isDirectory()) return own.mtimeMs
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  // Folders count too: their time changes when a file in them is deleted.
  const times = await Promise.all(entries.map((entry) => modified(join(entry.parentPath, entry.name))))
  return Math.max(own.mtimeMs, ...times)
}
