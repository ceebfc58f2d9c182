import { DirectedGraph } from 'graphology'
import { hasCycle, topologicalGenerations } from 'graphology-dag'
import type { ResourceSettings, Resources } from './assets/context.ts'
import type { Hooks } from './assets/execution.ts'
import { placeOf } from './assets/factories.ts'
import type { Asset, Dep } from './assets/types.ts'
import type { Condition } from './automation/conditions.ts'
import { type Diagnostic, GraphError } from './errors.ts'
import { type AssetKey, nearMisses } from './key.ts'
import { mappingText, type PartitionMapping } from './mappings/mapping.ts'
import { mappingMisfit } from './mappings/resolve.ts'
import { type PartitionSpace, partitionSpace } from './partitions/space.ts'
import type { SelectionFacts } from './selection/facts.ts'
import { selectKeys } from './selection/select.ts'

/** An input of an asset: its name in the code, the upstream, the mapping. */
export interface Edge extends Dep {
  readonly name: string
  readonly upstream: AssetKey
  readonly downstream: AssetKey
}

export interface GraphSpec {
  readonly assets: readonly Asset[]
  /** Makes what assets get as `context.resources`; called once for each home and environment, when first needed. */
  readonly resources?: (settings: ResourceSettings) => Resources | Promise<Resources>
  /** Steps of one run that may run together, by pool. */
  readonly pools?: Readonly<Record<string, number>>
  /** Called for every asset's steps, after the asset's own. */
  readonly hooks?: Hooks
  /** When automation requests assets that do not say it themselves; never, when absent. */
  readonly automation?: Condition
}

/** A checked graph of assets; pure, safe to build in loops. */
export interface Graph {
  readonly assets: ReadonlyMap<AssetKey, Asset>
  /** Upstreams before downstreams; the same for the same assets, in whatever order they are given. */
  readonly order: readonly AssetKey[]
  readonly upstream: ReadonlyMap<AssetKey, readonly Edge[]>
  readonly downstream: ReadonlyMap<AssetKey, readonly Edge[]>
  readonly resources: (settings: ResourceSettings) => Promise<Resources>
  readonly pools: ReadonlyMap<string, number>
  readonly hooks: Hooks
  /** When automation requests what; assets that it leaves alone are not in it. */
  readonly automation: ReadonlyMap<AssetKey, Condition>
  readonly asset: (key: AssetKey) => Asset
  readonly space: (key: AssetKey) => PartitionSpace
  /**
   * Keys of a selection expression, in graph order; throws for syntax errors and empty results. What the graph does not
   * know (`status:`, `changed:`) must be given as `facts`.
   */
  readonly select: (expression: string, facts?: SelectionFacts) => readonly AssetKey[]
}

/**
 * Checks assets and joins them. Every mistake is collected: duplicate keys with both places, upstreams
 * that are not in the graph, cycles with their path, mappings that do not fit.
 */
export function defineGraph(spec: GraphSpec): Graph {
  const diagnostics: Diagnostic[] = []
  const assets = new Map<AssetKey, Asset>()
  for (const asset of spec.assets) {
    const other = assets.get(asset.key)
    if (other && other !== asset) diagnostics.push(duplicate(other, asset))
    else assets.set(asset.key, asset)
  }
  const spaces = new Map([...assets].map(([key, asset]) => [key, partitionSpace(asset.partitions)]))
  const upstream = new Map<AssetKey, Edge[]>()
  const downstream = new Map<AssetKey, Edge[]>([...assets.keys()].map((key) => [key, []]))
  for (const asset of assets.values()) {
    const edges: Edge[] = []
    for (const [name, dep] of Object.entries(asset.deps)) {
      const found = assets.get(dep.asset.key)
      if (!found) {
        diagnostics.push(unknownUpstream(asset, name, dep.asset, assets.keys()))
        continue
      }
      const misfit = mappingMisfit(dep.mapping, spaces.get(asset.key)!, spaces.get(found.key)!)
      if (misfit) diagnostics.push(badMapping(asset, name, dep, misfit))
      else if (found === asset && !readsEarlier(dep.mapping)) diagnostics.push(selfCycle(asset, name))
      const edge = { ...dep, asset: found, name, upstream: found.key, downstream: asset.key }
      edges.push(edge)
      downstream.get(found.key)!.push(edge)
    }
    upstream.set(asset.key, edges)
  }
  const { order, cycle } = orderOf(assets, upstream)
  if (cycle) diagnostics.push(cycleDiagnostic(cycle, assets))
  diagnostics.push(...poolDiagnostics(spec.pools ?? {}, assets))
  if (diagnostics.length > 0) throw new GraphError(diagnostics)

  const opened = new Map<string, Promise<Resources>>()
  const graph: Graph = {
    assets,
    order,
    upstream,
    downstream,
    resources: (settings) => {
      const place = `${settings.home} ${settings.environment}`
      const resources = opened.get(place) ?? (async () => spec.resources?.(settings) ?? {})()
      opened.set(place, resources)
      return resources
    },
    pools: new Map(Object.entries(spec.pools ?? {})),
    hooks: spec.hooks ?? {},
    automation: automationOf(assets, spec.automation),
    asset: (key) => assets.get(key) ?? missing(key, assets.keys()),
    space: (key) => spaces.get(key) ?? missing(key, assets.keys()),
    select: (expression, facts) => selectKeys(graph, expression, facts),
  }
  return Object.freeze(graph)
}

/** The inputs of an asset as canonical text: a change makes its data stale with cause `deps`. */
export function depsSignature(graph: Graph, key: AssetKey): string {
  return [...(graph.upstream.get(key) ?? [])]
    .map((edge) => `${edge.name}<-${edge.upstream}:${mappingText(edge.mapping)}`)
    .sort()
    .join(';')
}

/** Upstreams before downstreams, each generation by key; or the first cycle found. */
function orderOf(
  assets: ReadonlyMap<AssetKey, Asset>,
  upstream: ReadonlyMap<AssetKey, readonly Edge[]>,
): { order: AssetKey[]; cycle: AssetKey[] | undefined } {
  const dag = new DirectedGraph()
  for (const key of [...assets.keys()].sort()) dag.addNode(key)
  const others = [...upstream].map(([key, edges]) => [key, edges.filter((edge) => edge.upstream !== key)] as const)
  for (const edge of others.flatMap(([, edges]) => edges)) dag.mergeEdge(edge.upstream, edge.downstream)
  const cycle = hasCycle(dag) ? findCycle(new Map(others)) : undefined
  return { order: cycle ? [] : topologicalGenerations(dag).flatMap((keys) => keys.sort()), cycle }
}

/** A cycle's path in the direction of the data, its first asset again at the end. */
function findCycle(upstream: ReadonlyMap<AssetKey, readonly Edge[]>): AssetKey[] | undefined {
  const state = new Map<AssetKey, 'open' | 'done'>()
  for (const root of [...upstream.keys()].sort()) {
    // An explicit stack: chains of tens of thousands of assets must not overflow.
    const path: { key: AssetKey; next: number }[] = []
    const enter = (key: AssetKey) => {
      state.set(key, 'open')
      path.push({ key, next: 0 })
    }
    if (!state.has(root)) enter(root)
    while (path.length > 0) {
      const frame = path.at(-1)!
      const edge = upstream.get(frame.key)![frame.next++]
      if (!edge) {
        state.set(frame.key, 'done')
        path.pop()
      } else if (state.get(edge.upstream) === 'open') {
        const keys = path.map((f) => f.key)
        return [...keys.slice(keys.indexOf(edge.upstream)), edge.upstream].reverse()
      } else if (!state.has(edge.upstream)) enter(edge.upstream)
    }
  }
  return undefined
}

/** Whether a mapping of an asset onto itself reads nothing but what is made before. */
function readsEarlier(mapping: PartitionMapping): boolean {
  switch (mapping.kind) {
    case 'trailing':
    case 'overlap':
      return mapping.endOffset < 0
    case 'dimension':
      return readsEarlier(mapping.mapping)
    case 'perDimension':
      return Object.values(mapping.mappings).some(readsEarlier)
    default:
      return false
  }
}

const places = (...assets: readonly Asset[]) => assets.flatMap((a) => (a.source ? [placeOf(a.source)] : []))

function duplicate(first: Asset, second: Asset): Diagnostic {
  return {
    code: 'duplicate-key',
    message: `Two assets have the key '${first.key}'`,
    places: places(first, second),
    mend: 'Give one of them another key.',
  }
}

function unknownUpstream(asset: Asset, name: string, up: Asset, known: Iterable<string>): Diagnostic {
  const near = nearMisses(up.key, known)
  return {
    code: 'unknown-upstream',
    message: `Asset '${asset.key}' reads '${up.key}' (input '${name}'), which is not in the graph`,
    places: places(asset),
    mend: `Add '${up.key}' to defineGraph({ assets })${near.length > 0 ? `, or was ${near.join(', ')} meant?` : '.'}`,
  }
}

function badMapping(asset: Asset, name: string, dep: Dep, misfit: string): Diagnostic {
  return {
    code: 'bad-mapping',
    message: `Asset '${asset.key}' cannot read '${dep.asset.key}' (input '${name}') through ${mappingText(dep.mapping)}: ${misfit}`,
    places: places(asset),
    mend: 'Use a mapping that fits both partitions definitions.',
  }
}

function selfCycle(asset: Asset, name: string): Diagnostic {
  return {
    code: 'cycle',
    message: `Asset '${asset.key}' reads partitions of its own (input '${name}') that are not all earlier ones`,
    places: places(asset),
    mend: 'Read earlier ones only, e.g. self(trailing({ days: 1, endOffset: -1 })).',
  }
}

function cycleDiagnostic(cycle: readonly AssetKey[], assets: ReadonlyMap<AssetKey, Asset>): Diagnostic {
  return {
    code: 'cycle',
    message: `The assets form a cycle: ${cycle.join(' -> ')}`,
    places: places(...cycle.slice(1).map((key) => assets.get(key)!)),
    mend: 'Remove one of these inputs.',
  }
}

function automationOf(
  assets: ReadonlyMap<AssetKey, Asset>,
  usual: Condition | undefined,
): ReadonlyMap<AssetKey, Condition> {
  const conditions = new Map<AssetKey, Condition>()
  for (const [key, { kind, automation }] of assets) {
    const condition = automation === undefined && kind !== 'external' ? usual : automation
    if (condition) conditions.set(key, condition)
  }
  return conditions
}

function poolDiagnostics(
  pools: Readonly<Record<string, number>>,
  assets: ReadonlyMap<AssetKey, Asset>,
): readonly Diagnostic[] {
  const used = [...new Set([...assets.values()].flatMap((asset) => asset.pool ?? []))]
  return Object.entries(pools).flatMap(([name, limit]): Diagnostic[] => {
    if (!Number.isInteger(limit) || limit < 1) {
      const message = `The pool '${name}' has the limit ${limit}`
      return [{ code: 'bad-pool', message, places: [], mend: 'Give it a whole number from 1 on.' }]
    }
    if (used.includes(name)) return []
    const near = nearMisses(name, used)
    return [
      {
        code: 'unknown-pool',
        message: `The pool '${name}' has a limit, and no asset is in it`,
        places: [],
        mend: near.length > 0 ? `Was ${near.join(', ')} meant?` : 'Give the assets `pool`, or take the limit out.',
      },
    ]
  })
}

function missing(key: string, known: Iterable<string>): never {
  const near = nearMisses(key, known)
  throw new GraphError([
    {
      code: 'unknown-asset',
      message: `No asset has the key '${key}'`,
      places: [],
      mend: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'List the assets with `ottok assets`.',
    },
  ])
}
