import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import type { SqlFormatter } from '../../lib/warehouse/index.ts'
import { sha256 } from '../definitions/input-stamps.ts'
import { nearest, productRoot } from '../definitions/product-root.ts'
import { readCache, writeCache } from './cache-file.ts'

/** What of the warehouse's formatter is needed; asked only for texts that are not in the cache. */
export type Formatter = Pick<SqlFormatter, 'formatQuery'>

/** What normalises SQL: the pinned engine; another version re-baselines instead of making data stale. */
export async function sqlHasher(): Promise<string> {
  const home = nearest(productRoot(), ENGINE)
  if (home === undefined) throw new Error(`${ENGINE} is not installed beside ottok`)
  const { version } = JSON.parse(await readFile(join(home, ENGINE), 'utf8')) as { version: string }
  return `h1-chdb${version}`
}

const ENGINE = join('node_modules', 'chdb', 'package.json')

/** Texts that the cache keeps, oldest out first: many edits of a large graph, and read within milliseconds. */
const KEPT_TEXTS = 10_000

/**
 * Hashes of the normalised forms of SQL texts.
 * @param texts statement -> name of the asset that has it, for errors
 * @returns SHA-256 in hex by text
 * @throws OttokError (exit code 2) for a statement that the formatter cannot parse
 */
export async function sqlHashes(
  texts: ReadonlyMap<string, string>,
  formatter: Formatter,
  hasher: string,
  cacheDir: string,
): Promise<ReadonlyMap<string, string>> {
  const path = join(cacheDir, `sql-${sha256(hasher).slice(0, 32)}.json`)
  const known = new Map(Object.entries((await readCache<Record<string, string>>(path)) ?? {}))
  const hashes = new Map<string, string>()
  let isNew = false
  for (const [text, owner] of texts) {
    const id = sha256(text)
    const cached = known.get(id)
    const hash = cached ?? sha256(await normalised(text, owner, formatter))
    hashes.set(text, hash)
    if (cached !== undefined) continue
    known.set(id, hash)
    isNew = true
  }
  if (isNew) await writeCache(path, Object.fromEntries([...known].slice(-KEPT_TEXTS)))
  return hashes
}

async function normalised(text: string, owner: string, formatter: Formatter): Promise<string> {
  try {
    return await formatter.formatQuery(text)
  } catch (error) {
    throw new OttokError({
      what: `cannot read the SQL of ${owner}`,
      cause: `${error instanceof Error ? error.message : String(error)}.`,
      mend: 'Correct the statement and run the command again.',
      exitCode: 2,
      underlying: error,
    })
  }
}
