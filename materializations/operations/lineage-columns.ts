import { join } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import {
  type Asset,
  type AssetKey,
  type Graph,
  partitionColumns,
  renderSql,
  renderSqlSymbolic,
  type SqlAsset,
} from '../../lib/graph/index.ts'
import type { ColumnAnalyzer, ColumnSources, Derivation, RowInfluence } from '../../lib/warehouse/index.ts'
import { quoteIdentifier } from '../../lib/warehouse/sql-text.ts'
import { sha256 } from '../definitions/input-stamps.ts'
import { readCache, writeCache } from '../versions/cache-file.ts'
import { sqlHasher } from '../versions/sql-texts.ts'

/** A column of an input. */
export interface InputColumn<How> {
  readonly input: string
  readonly key: AssetKey
  readonly column: string
  readonly how: How
}

/** Where the columns of a SQL asset come from, by today's code. */
export interface AssetColumns {
  readonly key: AssetKey
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly from: readonly InputColumn<Derivation>[]
  }[]
  /** Columns that decide which rows there are. */
  readonly rows: readonly InputColumn<RowInfluence>[]
  /** Why nothing is known; null when it is. */
  readonly unknown: string | null
}

/** Statements that the cache keeps, oldest out first. */
const KEPT = 10_000

type Known = ColumnSources | { readonly unknown: string }

/**
 * Where the columns of SQL assets come from, from their statements alone: no store is opened. Answers are kept on disk by
 * statement and columns of its inputs, so that the engine is started for new ones only.
 */
export async function columnLineage(
  graph: Graph,
  keys: readonly AssetKey[],
  analyzer: ColumnAnalyzer,
  cacheDir: string,
): Promise<ReadonlyMap<AssetKey, AssetColumns>> {
  const path = join(cacheDir, 'versions', `columns-${sha256(await sqlHasher()).slice(0, 32)}.json`)
  const cached = new Map(Object.entries((await readCache<Record<string, ColumnSources>>(path)) ?? {}))
  const before = cached.size
  const known = new Map<AssetKey, Known>()

  const structureOf = async (asset: Asset): Promise<string | { readonly unknown: string }> => {
    if (asset.kind === 'sql') {
      const sources = await sourcesOf(asset)
      return 'unknown' in sources ? sources : sources.columns.map(declared).join(', ')
    }
    if (asset.kind === 'function' && asset.store.kind === 'warehouse') {
      return Object.entries(asset.columns ?? {})
        .map(([name, type]) => declared({ name, type }))
        .join(', ')
    }
    if (asset.kind === 'function' && asset.store.kind === 'objects' && asset.store.structure !== undefined) {
      return withPartitionColumns(graph, asset, asset.store.structure)
    }
    return { unknown: `the columns of ${asset.key} are not declared` }
  }

  const sourcesOf = async (asset: SqlAsset): Promise<Known> => {
    const found = known.get(asset.key)
    if (found) return found
    // What reads itself finds this, and is not followed in a circle.
    known.set(asset.key, { unknown: `${asset.key} reads itself` })
    const sources = await analyzed(asset)
    known.set(asset.key, sources)
    return sources
  }

  const analyzed = async (asset: SqlAsset): Promise<Known> => {
    const tables: { name: string; structure: string }[] = []
    for (const { name, upstream } of graph.upstream.get(asset.key)!) {
      // What SQL does not name is an input that only has to be there.
      if (!readsInput(asset, name)) continue
      const structure = await structureOf(graph.asset(upstream))
      if (typeof structure !== 'string') return structure
      tables.push({ name, structure })
    }
    const id = sha256(JSON.stringify([renderSqlSymbolic(asset.sqlTemplate), tables]))
    const kept = cached.get(id)
    if (kept) return kept
    const params = placeholderValues(asset.sqlTemplate)
    try {
      const sources = await analyzer.columnsOf((table) => renderSql(asset.sqlTemplate, table), tables, params)
      cached.set(id, sources)
      return sources
    } catch (error) {
      // One statement that cannot be analyzed must not take the lineage of all others with it.
      if (error instanceof OttokError) return { unknown: error.reason }
      throw error
    }
  }

  const result = new Map<AssetKey, AssetColumns>()
  for (const key of keys) {
    const asset = graph.assets.get(key)
    if (asset?.kind === 'sql') result.set(key, assetColumns(graph, key, await sourcesOf(asset)))
  }
  if (cached.size > before) await writeCache(path, Object.fromEntries([...cached].slice(-KEPT)))
  return result
}

function assetColumns(graph: Graph, key: AssetKey, sources: Known): AssetColumns {
  if ('unknown' in sources) return { key, columns: [], rows: [], unknown: sources.unknown }
  const upstreams = new Map(graph.upstream.get(key)!.map(({ name, upstream }) => [name, upstream]))
  const named = <How>({ source, column, how }: { source: string; column: string; how: How }) => ({
    input: source,
    key: upstreams.get(source)!,
    column,
    how,
  })
  return {
    key,
    columns: sources.columns.map(({ name, type, from }) => ({ name, type, from: from.map(named) })),
    rows: sources.rows.map(named),
    unknown: null,
  }
}

function readsInput(asset: SqlAsset, name: string): boolean {
  let isRead = false
  renderSql(asset.sqlTemplate, (input) => {
    isRead ||= input === name
    return ''
  })
  return isRead
}

function declared({ name, type }: { readonly name: string; readonly type: string }): string {
  return `${quoteIdentifier(name)} ${type}`
}

/** Files of a partition are read with its columns added, unless they have them. */
function withPartitionColumns(graph: Graph, asset: Asset, structure: string): string {
  const own = new Set(structure.split(',').map((column) => column.trim().split(/\s+/)[0]))
  const added = partitionColumns(graph.space(asset.key)).filter(({ name }) => !own.has(name))
  return [
    structure,
    ...added.map(({ name, type }) => `${name} ${type === 'String' || type === 'Date' ? type : "DateTime('UTC')"}`),
  ].join(', ')
}

/** Some value of each placeholder's type: which one, no column depends on. */
function placeholderValues(template: string): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [, name, type] of template.matchAll(/\{(\w+):([^{}]+)\}/g)) {
    const element = /^Array\((.*)\)$/.exec(type!)?.[1] ?? type!
    const value = element.startsWith('DateTime') ? '2026-01-01 00:00:00' : element === 'Date' ? '2026-01-01' : '0'
    values[name!] = element === type ? value : [value]
  }
  return values
}

/** An analyzer that loads the engine only when a statement is new. */
export function openLazyAnalyzer(): ColumnAnalyzer {
  let opened: Promise<ColumnAnalyzer> | undefined
  return {
    columnsOf: async (select, tables, params) => {
      opened ??= import('../../lib/warehouse/index.ts').then(({ openColumnAnalyzer }) => openColumnAnalyzer())
      return (await opened).columnsOf(select, tables, params)
    },
    close: async () => (await opened)?.close(),
  }
}
