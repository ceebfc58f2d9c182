import { join } from 'node:path'
import { type InputStamp, inputsUnchanged, sha256 } from '../definitions/input-stamps.ts'
import { dropOrphans, readCache, writeCache } from './cache-file.ts'
import { type CodeEntry, entryId, FUNCTION_HASHER, type FunctionCode } from './code-entry.ts'

interface CachedFunctions {
  readonly root: string
  readonly hasher: string
  readonly inputs: readonly InputStamp[]
  readonly codes: Readonly<Record<string, FunctionCode>>
}

/**
 * `bundleFunctions`, or what it said last time when no file it read has changed and it knows every entry.
 * @returns codes by `entryId`
 */
export async function cachedFunctions(
  entries: readonly CodeEntry[],
  root: string,
  cacheDir: string,
): Promise<ReadonlyMap<string, FunctionCode>> {
  if (entries.length === 0) return new Map()
  const path = join(cacheDir, `functions-${sha256(root).slice(0, 32)}.json`)
  const cached = await readCache<CachedFunctions>(path)
  if (cached?.hasher === FUNCTION_HASHER && entries.every((entry) => entryId(entry) in cached.codes)) {
    if (await inputsUnchanged(cached.inputs)) {
      return new Map(entries.map((entry) => [entryId(entry), cached.codes[entryId(entry)]!]))
    }
  }
  // Brings the bundler and the parser along, which a look at unchanged code has no need of.
  const { bundleFunctions } = await import('./function-bundles.ts')
  const { codes, inputs } = await bundleFunctions(entries, root)
  const content: CachedFunctions = { root, hasher: FUNCTION_HASHER, inputs, codes: Object.fromEntries(codes) }
  await writeCache(path, content)
  await dropOrphans(cacheDir)
  return codes
}
