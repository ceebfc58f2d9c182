import {
  type Asset,
  type AssetKey,
  asset,
  defineGraph,
  externalAsset,
  type Graph,
  type PartitionsDefinition,
  partitionKey,
  sets,
  value,
} from '../../../lib/graph/index.ts'
import { pageOf } from '../../../materializations/lineage/page-of.ts'
import { memberHash } from '../../../materializations/planner/combined-version.ts'
import { GraphState } from '../../../materializations/planner/graph-state.ts'
import type { RecordedAsset, RecordedRows } from '../../../materializations/planner/recorded.ts'
import { RecordedColumns } from '../../../materializations/planner/recorded-columns.ts'
import { encodePage, type PageEntry } from '../../../materializations/planner/state-page.ts'

export const CODE = 'h1-tool1:0123456789abcdef'

/** A source, then assets that each read the one before (`fanIn` of them) in the same partition. */
export function chain(count: number, partitions?: PartitionsDefinition, fanIn = 1): Graph {
  const shared = partitions ? { partitions } : {}
  const assets: Asset[] = [externalAsset({ key: name(0), ...shared, observe: async () => new Map() })]
  for (let i = 1; i < count; i++) {
    const deps = Object.fromEntries(
      Array.from({ length: Math.min(i, fanIn) }, (_, j) => [`in${j}`, assets[i - 1 - j]!] as const),
    )
    const materialize = async () => ({ kind: 'value' as const, value: 0 })
    assets.push(asset({ key: name(i), ...shared, store: value, deps, materialize }))
  }
  return defineGraph({ assets })
}

const name = (i: number) => `group${Math.floor(i / 100)}/asset_${String(i).padStart(5, '0')}`

export function codeOf(graph: Graph): Map<AssetKey, string> {
  return new Map(graph.order.map((key) => [key, graph.asset(key).kind === 'external' ? '' : CODE]))
}

export interface WorldPage {
  readonly assetKey: AssetKey
  readonly page: string
  readonly content: Uint8Array
}

/** State of a graph of which every partition that exists is fresh, as pages, asset by asset. */
export function* freshPages(graph: Graph, now: Date): Generator<WorldPage> {
  const code = codeOf(graph)
  const recorded = new Map<AssetKey, RecordedAsset>()
  let seq = 0
  for (const key of graph.order) {
    // Only what this asset reads is needed.
    const reads = new Set(graph.upstream.get(key)!.map((edge) => edge.upstream))
    for (const other of recorded.keys()) if (!reads.has(other)) recorded.delete(other)
    const part = defineGraph({ assets: [...reads, key].map((one) => graph.asset(one)).map(withoutFarDeps(reads, key)) })
    const state = new GraphState(part, { code }, { assets: recorded, history: new Map(), seq }, now)
    const { space, existing } = state.asset(key)
    const pages = new Map<string, PageEntry[]>()
    for (const ordinal of sets.ordinals(existing)) {
      const partition = partitionKey(space, ordinal)
      const entry: PageEntry = {
        partition,
        current: {
          seq: ++seq,
          runId: '00000000-0000-4000-8000-000000000001',
          madeAt: now,
          asOf: now,
          codeVersion: code.get(key)!,
          hash: memberHash(partition, `d${seq}`),
          partitionsSignature: state.partitionsSignature(key),
          inputs: state.inputs(key, ordinal),
        },
      }
      const page = pages.get(pageOf(partition))
      if (page) page.push(entry)
      else pages.set(pageOf(partition), [entry])
    }
    const contents = [...pages].map(([page, entries]) => ({ assetKey: key, page, content: encodePage(entries) }))
    recorded.set(key, {
      rows: rowsOf(contents.map((one) => one.content)),
      failures: new Map(),
      unfinished: new Set(),
    })
    yield* contents
  }
}

/** What is read stands alone in the part of the graph that is looked at. */
function withoutFarDeps(reads: ReadonlySet<AssetKey>, key: AssetKey): (one: Asset) => Asset {
  return (one) => (one.key !== key && reads.has(one.key) ? { ...one, deps: {} } : one)
}

function rowsOf(contents: readonly Uint8Array[]): RecordedRows {
  const columns = new RecordedColumns(contents)
  return { columns, from: 0, to: columns.pageRows.at(-1)! }
}
