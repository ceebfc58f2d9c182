import { join, resolve } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import { type Asset, type Graph, renderSqlSymbolic, type SqlAsset } from '../../lib/graph/index.ts'
import { sha256 } from '../definitions/input-stamps.ts'
import { cachedFunctions } from './cached-functions.ts'
import { canonicalJson } from './canonical-json.ts'
import { type CodeEntry, entryId, FUNCTION_HASHER, type FunctionCode } from './code-entry.ts'
import { declaredFiles } from './declared-files.ts'
import { packageVersions } from './package-versions.ts'
import { type Formatter, sqlHasher, sqlHashes } from './sql-texts.ts'

/** What the code version of an asset is the hash of. */
export interface CodeParts {
  /** Hash of the function's code (see `bundleFunctions`) or of its text. */
  readonly code?: string
  /** Hash of the normalised SQL. */
  readonly sql?: string
  readonly orderBy?: readonly string[]
  /** External packages that the code imports -> version. */
  readonly packages?: Readonly<Record<string, string>>
  /** Canonical JSON of the asset's `params`. */
  readonly params?: string
  /** Declared files and folders -> hash of their content. */
  readonly files?: Readonly<Record<string, string>>
  /** Given by hand; then nothing else counts. */
  readonly given?: string
}

export interface CodeVersion {
  /** The hasher, `:` and 32 hex digits; `given:` and the text for one given by hand. */
  readonly version: string
  /** Rules and tool that hashed it, e.g. `h1-esbuild0.28.2`; also the part of `version` before the colon. */
  readonly hasher: string
  readonly parts: CodeParts
}

export interface CodeVersionOptions {
  /** Folder of the definitions: what `source.file` is relative to. */
  readonly root: string
  /** `openFormatter()` of the warehouse. */
  readonly formatter: Formatter
  /** Folder for caches; safe to delete. */
  readonly cacheDir: string
}

/**
 * Derives the code version of every asset of a graph.
 *
 * - A function: the hash of the minified, tree-shaken bundle of what it reaches, and the locked versions of the external
 *   packages in it. Inputs, partitions, checks and descriptions are not in it; neither are the graph library, stores and
 *   clients, which reach an asset through its context.
 * - An asset made by a function or in a loop: its whole module's bundle and its `params`.
 * - An asset without a known place (a graph built in memory): the text of its function and its `params`.
 * - SQL: the statement with symbolic inputs, normalised, and the order of the table.
 * - In all of these: the content of the `files` that the asset declares.
 * - `codeVersion` of the asset overrides all.
 *
 * @returns versions by asset key, in graph order
 * @throws OttokError (exit code 2) for parameters that JSON cannot say, packages without a version and files that are not there
 */
export async function codeVersions(graph: Graph, options: CodeVersionOptions): Promise<Map<string, CodeVersion>> {
  const cacheDir = join(options.cacheDir, 'versions')
  const assets = graph.order.map((key) => graph.asset(key))
  const derived = assets.filter((asset) => asset.codeVersion === undefined)
  const codes = await cachedFunctions(entriesOf(derived, options.root), options.root, cacheDir)
  const packages = await packageVersions(new Set([...codes.values()].flatMap((code) => code.packages)), options.root)
  const texts = new Map(derived.filter(isSql).map((asset) => [symbolicSql(asset), nameOf(asset)]))
  const files = await declaredFiles(derived, options.root)
  const hasher = await sqlHasher()
  const sql = await sqlHashes(texts, options.formatter, hasher, cacheDir)

  const versionOf = (asset: Asset): CodeVersion => {
    if (asset.codeVersion !== undefined) {
      return { version: `given:${asset.codeVersion}`, hasher: 'given', parts: { given: asset.codeVersion } }
    }
    const declared = { ...paramsOf(asset), ...filesOf(asset, files) }
    if (isSql(asset)) {
      const parts = { sql: sql.get(symbolicSql(asset))!, orderBy: asset.orderBy, ...declared }
      return hashed(parts, hasher)
    }
    const entry = entryOf(asset, options.root)
    const parts = entry ? codeParts(codes.get(entryId(entry))!, packages) : { code: sha256(textOf(asset)) }
    return hashed({ ...parts, ...declared }, FUNCTION_HASHER)
  }
  return new Map(assets.map((asset) => [asset.key, versionOf(asset)]))
}

function hashed(parts: CodeParts, hasher: string): CodeVersion {
  return { version: `${hasher}:${sha256(canonicalJson(parts)).slice(0, 32)}`, hasher, parts }
}

function codeParts(code: FunctionCode, versions: ReadonlyMap<string, string>): CodeParts {
  return { code: code.hash, packages: Object.fromEntries(code.packages.map((name) => [name, versions.get(name)!])) }
}

function entriesOf(assets: readonly Asset[], root: string): CodeEntry[] {
  const entries = new Map<string, CodeEntry>()
  for (const asset of assets) {
    const entry = isSql(asset) ? undefined : entryOf(asset, root)
    if (entry) entries.set(entryId(entry), entry)
  }
  return [...entries.values()]
}

function entryOf({ source }: Asset, root: string): CodeEntry | undefined {
  return source && { file: resolve(root, source.file), binding: source.binding }
}

function isSql(asset: Asset): asset is SqlAsset {
  return asset.kind === 'sql'
}

function nameOf({ key, source }: Asset): string {
  return source ? `'${key}' (${source.file}:${source.line})` : `'${key}'`
}

function symbolicSql(asset: SqlAsset): string {
  return renderSqlSymbolic(asset.sqlTemplate)
}

function textOf(asset: Exclude<Asset, SqlAsset>): string {
  switch (asset.kind) {
    case 'function':
      return asset.materialize.toString()
    case 'external':
      return asset.observe.toString()
    case 'effect':
      return asset.act.toString()
  }
}

function filesOf(asset: Asset, hashes: ReadonlyMap<string, string>): { files?: Readonly<Record<string, string>> } {
  if (asset.files.length === 0) return {}
  return { files: Object.fromEntries(asset.files.map((path) => [path, hashes.get(path)!])) }
}

function paramsOf(asset: Asset): { params?: string } {
  if (asset.params === undefined) return {}
  try {
    return { params: canonicalJson(asset.params) }
  } catch (error) {
    throw new OttokError({
      what: `cannot derive the code version of ${nameOf(asset)}`,
      cause: `Its params cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}.`,
      mend: 'Give params of strings, finite numbers, booleans, null, lists and plain objects.',
      exitCode: 2,
      underlying: error,
    })
  }
}
