import { join } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import { sha256 } from '../definitions/input-stamps.ts'
import { readCache, writeCache } from './cache-file.ts'

/** Brings SQL into the form that does not depend on layout and comments. */
export interface SqlFormatter {
  /** Version of the engine whose formatter this is; part of the hasher. */
  readonly version: string
  /** `formatQuerySingleLine` of one statement. Called only for texts that are not in the cache. */
  readonly format: (sql: string) => Promise<string>
}

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
  formatter: SqlFormatter,
  cacheDir: string,
): Promise<ReadonlyMap<string, string>> {
  const path = join(cacheDir, `sql-${sha256(formatter.version).slice(0, 32)}.json`)
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

async function normalised(text: string, owner: string, formatter: SqlFormatter): Promise<string> {
  try {
    return await formatter.format(text)
  } catch (error) {
    throw new OttokError({
      what: `cannot read the SQL of ${owner}`,
      cause: `${error instanceof Error ? error.message : String(error)}.`,
      mend: 'Correct the statement; `ottok plan` shows whether it is right.',
      exitCode: 2,
      underlying: error,
    })
  }
}
