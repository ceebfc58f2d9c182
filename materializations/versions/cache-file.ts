import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMissing } from '../definitions/input-stamps.ts'

/** Reads a JSON file of the cache; undefined when there is none yet. */
export async function readCache<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Writes a JSON file of the cache whole: a process that reads it meanwhile sees the old one or the new one. */
export async function writeCache(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, JSON.stringify(content))
  await rename(temporary, path)
}

/** Removes the cache files of roots that are gone, such as checkouts of other revisions. */
export async function dropOrphans(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('functions-') || !name.endsWith('.json')) continue
    const cached = await readCache<{ root: string }>(join(folder, name))
    if (cached !== undefined && !existsSync(cached.root)) await rm(join(folder, name), { force: true })
  }
}
