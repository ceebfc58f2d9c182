import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import type { Asset } from '../../lib/graph/index.ts'
import { isMissing, sha256 } from '../definitions/input-stamps.ts'

/** What programs leave beside their sources. */
const LEFT_BEHIND = /(^\.|^__pycache__$|\.pyc$|^node_modules$)/

/**
 * Content of the files that assets declare: path as declared -> SHA-256, hex. A folder stands for all files below it,
 * without hidden ones and what interpreters leave there. Each is read once, however many assets declare it.
 * @throws OttokError (exit code 2) for a file that is not there
 */
export async function declaredFiles(assets: readonly Asset[], root: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  for (const asset of assets) {
    for (const path of asset.files) {
      if (!hashes.has(path)) hashes.set(path, await hashOf(asset, path, resolve(root, path)))
    }
  }
  return hashes
}

async function hashOf({ key, source }: Asset, path: string, file: string): Promise<string> {
  try {
    const found = await stat(file)
    return found.isDirectory() ? await hashOfFolder(file) : sha256(await readFile(file))
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new OttokError({
      what: `cannot derive the code version of '${key}'${source ? ` (${source.file}:${source.line})` : ''}`,
      cause: `It declares the file ${path}, and there is no ${file}.`,
      mend: 'Write `files` as paths from the folder of the definitions.',
      exitCode: 2,
      underlying: error,
    })
  }
}

async function hashOfFolder(folder: string): Promise<string> {
  const lines: string[] = []
  const walk = async (within: string): Promise<void> => {
    const entries = await readdir(join(folder, within), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (LEFT_BEHIND.test(entry.name)) continue
      const place = within === '' ? entry.name : `${within}/${entry.name}`
      if (entry.isDirectory()) await walk(place)
      else lines.push(`${sha256(await contentOf(join(folder, place)))} ${place}\n`)
    }
  }
  await walk('')
  return sha256(lines.join(''))
}

/** A link to a folder counts by where it leads: following it could go round in circles. */
async function contentOf(file: string): Promise<string | Uint8Array> {
  return (await stat(file)).isDirectory() ? readlink(file) : readFile(file)
}
