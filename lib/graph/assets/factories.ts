import type { Condition } from '../automation/conditions.ts'
import type { Check, TableCheck } from '../checks.ts'
import { graphError } from '../errors.ts'
import { checkedKey } from '../key.ts'
import { defaultMapping, type PartitionMapping } from '../mappings/mapping.ts'
import { type PartitionsDefinition, single } from '../partitions/definitions.ts'
import { inputMarker, type PartitionRefs, partitionRefsOf } from '../sql.ts'
import { type StoreToken, storeKinds, warehouse } from '../stores.ts'
import type { EffectContext, Input, MaterializeContext, ObserveContext } from './context.ts'
import { type ExecutionSpec, executionOf } from './execution.ts'
import type {
  Asset,
  AssetSource,
  DataVersionMode,
  Dep,
  DepsSpec,
  EffectAsset,
  ExternalAsset,
  FunctionAsset,
  Materialized,
  Metadata,
  Observed,
  SelfDep,
  SqlAsset,
} from './types.ts'

interface CommonSpec<TDeps extends DepsSpec> extends ExecutionSpec {
  readonly key: string
  readonly description?: string
  readonly group?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly owners?: readonly string[]
  readonly kinds?: readonly string[]
  readonly partitions?: PartitionsDefinition
  readonly deps?: TDeps
  readonly codeVersion?: string
  readonly params?: unknown
  /** Programs, queries and the like that the asset reads by path: a change of one makes it stale. */
  readonly files?: readonly string[]
  /** When `ottok tick` requests its partitions; null: never, whatever the graph's default. */
  readonly automation?: Condition | null
}

interface TableSpec {
  readonly checks?: readonly Check[]
  readonly dataVersion?: DataVersionMode
  readonly uncounted?: readonly string[]
}

type Inputs<TDeps extends DepsSpec> = { readonly [K in keyof TDeps]: Input }

export interface AssetSpec<TDeps extends DepsSpec> extends CommonSpec<TDeps>, TableSpec {
  readonly store: StoreToken
  readonly columns?: Readonly<Record<string, string>>
  readonly orderBy?: readonly string[]
  /** Most partitions that one call makes, of `context.partitions`; not for published tables. */
  readonly range?: number
  readonly materialize: (
    context: Omit<MaterializeContext, 'inputs'> & { readonly inputs: Inputs<TDeps> },
  ) => Promise<Materialized>
}

export interface SqlAssetSpec<TDeps extends DepsSpec> extends CommonSpec<TDeps>, TableSpec {
  readonly checks?: readonly TableCheck[]
  readonly orderBy: readonly string[]
  readonly range?: number
  readonly sql: (refs: { readonly [K in keyof TDeps]: string } & { readonly partition: PartitionRefs }) => string
}

export interface ExternalAssetSpec
  extends Omit<CommonSpec<DepsSpec>, 'deps' | 'automation' | Exclude<keyof ExecutionSpec, 'freshness'>> {
  readonly observe: (context: ObserveContext) => Promise<ReadonlyMap<string, Observed>>
  /** `days(n)`: a partition is looked at again until n days after its window has ended. */
  readonly settles?: { readonly days: number }
}

export interface EffectAssetSpec<TDeps extends DepsSpec> extends CommonSpec<TDeps> {
  readonly act: (
    context: Omit<EffectContext, 'inputs'> & { readonly inputs: Inputs<TDeps> },
  ) => Promise<{ readonly metadata?: Metadata }>
}

/** Names which partitions of an upstream are read: `through(states, trailing({ days: 90 }))`. */
export function through<TAsset extends Asset>(asset: TAsset, mapping: PartitionMapping): Dep<TAsset> {
  return Object.freeze({ asset, mapping })
}

/**
 * The asset's own earlier partitions: `self(trailing({ days: 1, endOffset: -1 }))` reads the day before. They are made in
 * the order of time; the first has none.
 */
export function self(mapping: PartitionMapping): SelfDep {
  return Object.freeze({ kind: 'self', mapping })
}

/** An asset made by a TypeScript function. */
export function asset<const TDeps extends DepsSpec = Record<never, never>>(
  spec: AssetSpec<TDeps>,
  source?: AssetSource,
): FunctionAsset {
  const common = commonOf(spec, 'function', source)
  // Definitions run without being type-checked: `store: objects` for `objects({ ... })` would fail in the midst of a run.
  if (!storeKinds.has(spec.store?.kind)) {
    const mend = "Give `warehouse`, `value`, `objects({ extension: 'json' })` or `published({ ... })`."
    throw specError(spec.key, source, 'has no store', mend)
  }
  if (spec.store.kind === 'published' && spec.range !== undefined) {
    throw specError(spec.key, source, 'has a range and is published', 'Leave `range` out.')
  }
  if (spec.store.kind === 'warehouse' && !spec.columns) {
    throw specError(spec.key, source, 'is stored in the warehouse without columns', 'Declare `columns` (name: type).')
  }
  for (const check of spec.checks ?? []) {
    const fits =
      check.kind === 'value' ? ['value', 'objects'] : check.kind === 'metadata' ? [spec.store.kind] : ['warehouse']
    if (fits.includes(spec.store.kind)) continue
    const problem = `has the check '${check.name}', and is stored in ${spec.store.kind}`
    throw specError(spec.key, source, problem, `That check is of assets stored in ${fits.join(' or ')}.`)
  }
  return Object.freeze({
    ...common,
    kind: 'function',
    store: spec.store,
    columns: spec.columns,
    orderBy: spec.orderBy ?? [],
    checks: spec.checks ?? [],
    dataVersion: spec.dataVersion ?? 'content',
    uncounted: spec.uncounted ?? [],
    range: rangeOf(spec, spec.store.kind === 'warehouse' ? 100 : 1000, source),
    // The executor builds the context from these very deps, so the narrower input names hold.
    materialize: spec.materialize as FunctionAsset['materialize'],
  })
}

/** A warehouse table whose partitions are made by one SELECT. */
export function sqlAsset<const TDeps extends DepsSpec = Record<never, never>>(
  spec: SqlAssetSpec<TDeps>,
  source?: AssetSource,
): SqlAsset {
  const common = commonOf(spec, 'sql', source)
  if ('partition' in common.deps) {
    throw specError(spec.key, source, "names an input 'partition'", 'That name is taken; call the input otherwise.')
  }
  const refs = Object.fromEntries(Object.keys(common.deps).map((name) => [name, inputMarker(name)]))
  return Object.freeze({
    ...common,
    kind: 'sql',
    store: warehouse,
    sqlTemplate: spec.sql({ ...refs, partition: partitionRefsOf(common.partitions) } as Parameters<typeof spec.sql>[0]),
    orderBy: spec.orderBy,
    checks: spec.checks ?? [],
    dataVersion: spec.dataVersion ?? 'content',
    uncounted: spec.uncounted ?? [],
    range: rangeOf(spec, 100, source),
  })
}

/** A thing that others make; each partition's version is observed. */
export function externalAsset(spec: ExternalAssetSpec, source?: AssetSource): ExternalAsset {
  return Object.freeze({
    ...commonOf(spec, 'external', source),
    kind: 'external',
    observe: spec.observe,
    settlesAfterDays: spec.settles?.days ?? null,
  })
}

/** An act on the outside world: only its newest partition is ever eligible, and it never repeats. */
export function effectAsset<const TDeps extends DepsSpec = Record<never, never>>(
  spec: EffectAssetSpec<TDeps>,
  source?: AssetSource,
): EffectAsset {
  return Object.freeze({
    ...commonOf(spec, 'effect', source),
    kind: 'effect',
    act: spec.act as EffectAsset['act'],
  })
}

function rangeOf(
  { key, range = 1 }: { readonly key: string; readonly range?: number },
  most: number,
  source: AssetSource | undefined,
): number {
  if (Number.isInteger(range) && range >= 1 && range <= most) return range
  throw specError(key, source, `has range ${range}`, `One step may make 1 to ${most} partitions.`)
}

export const days = (n: number): { readonly days: number } => ({ days: n })

function commonOf(spec: CommonSpec<DepsSpec>, kind: string, source: AssetSource | undefined) {
  const key = checkedKey(spec.key, source && placeOf(source))
  const deps: Record<string, Dep> = {}
  for (const [name, dep] of Object.entries(spec.deps ?? {})) {
    if (dep === undefined) {
      throw specError(key, source, `has no value for its input '${name}'`, 'Import the upstream asset before this one.')
    }
    if ('mapping' in dep) deps[name] = 'asset' in dep ? dep : { asset: standIn(key), mapping: dep.mapping }
    else deps[name] = { asset: dep, mapping: defaultMapping }
  }
  return {
    key,
    description: spec.description,
    group: spec.group ?? key.split('/')[0]!,
    tags: spec.tags ?? {},
    owners: spec.owners ?? [],
    kinds: [...(spec.kinds ?? []), kind],
    partitions: spec.partitions ?? single,
    deps,
    codeVersion: spec.codeVersion,
    params: spec.params,
    files: spec.files ?? [],
    automation: spec.automation,
    ...executionOf(spec, (problem, mend) => specError(key, source, problem, mend)),
    source,
  }
}

/** Stands for an asset in its own inputs until a graph puts the asset there. */
function standIn(key: string): ExternalAsset {
  return externalAsset({ key, observe: async () => new Map() })
}

export function placeOf(source: AssetSource): string {
  return `${source.file}:${source.line}`
}

function specError(key: string, source: AssetSource | undefined, problem: string, mend: string) {
  return graphError('bad-asset', `Asset '${key}' ${problem}`, mend, source ? [placeOf(source)] : [])
}
