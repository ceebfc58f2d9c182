import {
  type Asset,
  type AssetKey,
  defineGraph,
  type Graph,
  type IntervalSet,
  partitionKey,
  partitionOrdinal,
  sets,
} from '../../../../lib/graph/index.ts'
import { type Decision, evaluateAutomation, type Updates } from '../../../../materializations/automation/evaluate.ts'
import { type AutomationMemory, type LastTick, NO_MEMORY } from '../../../../materializations/automation/memory.ts'
import { apply } from '../../../../materializations/executor/apply.ts'
import type { RecordedVersion } from '../../../../materializations/lineage/record.ts'
import { rangesText } from '../../../../materializations/operations/partition-ranges.ts'
import { memberHash } from '../../../../materializations/planner/combined-version.ts'
import { GraphState } from '../../../../materializations/planner/graph-state.ts'
import { plannedPartitions, planRun } from '../../../../materializations/planner/plan.ts'

/** What one tick asked for, by asset: ranges of partitions, `''` for the one of an asset without any. */
export type Requested = Readonly<Record<AssetKey, string>>

/** How the run of a tick goes. */
export interface TickOptions {
  /** `key@partition` or `key` of what fails. */
  readonly fails?: readonly string[]
  /** The process dies before anything is made. */
  readonly dies?: boolean
  readonly inProgress?: readonly AssetKey[]
}

/** A graph with recorded state in memory, on which ticks follow each other as `ottok tick` makes them. */
export class Stage {
  graph: Graph
  now: Date
  memory: AutomationMemory = NO_MEMORY
  decisions: readonly Decision[] = []
  readonly code = new Map<AssetKey, number>()
  readonly #versions: RecordedVersion[] = []
  readonly #failures = new Map<string, string>()
  #runs = 0

  constructor(assets: readonly Asset[], now: string) {
    this.graph = defineGraph({ assets })
    this.now = new Date(now)
  }

  at(now: string): this {
    this.now = new Date(now)
    return this
  }

  /** Somebody else makes or observes partitions, with a data version of its own each time unless one is given. */
  make(key: AssetKey, partitions: readonly string[], dataVersion?: string): this {
    const state = this.#state()
    for (const partition of partitions) this.#record(state, key, partition, 'elsewhere', dataVersion)
    return this
  }

  /** Takes over what was recorded and remembered on another stage of the same time. */
  adopt(other: Stage): this {
    this.#versions.push(...other.#versions)
    this.memory = other.memory
    return this
  }

  /** New code of an asset. */
  edit(key: AssetKey): this {
    this.code.set(key, (this.code.get(key) ?? 1) + 1)
    return this
  }

  /** Evaluates, runs what is requested, and remembers. */
  tick(options: TickOptions = {}): Requested {
    const state = this.#state()
    const inProgress = new Set(options.inProgress)
    const evaluation = evaluateAutomation(state, this.memory, { inProgress, updates: this.#updates(state) })
    this.decisions = evaluation.decisions
    const runId = evaluation.requested.size > 0 ? `run${++this.#runs}` : undefined
    const last: LastTick = { at: this.now, seq: state.seq, runId, died: options.dies ?? false }
    this.memory = { last, assets: evaluation.memory }
    if (!options.dies && runId) this.#run(state, evaluation.requested, runId, options.fails ?? [])
    return Object.fromEntries(
      [...evaluation.requested].map(([key, set]) => [key, rangesText(state.asset(key).space, set, 99)]),
    )
  }

  /** What `materialize` would make of all that exists, or look at again. */
  planned(): Requested {
    const state = this.#state()
    const plan = planRun(state, { selected: this.graph.order, request: { kind: 'all' } })
    const planned = plan.entries.map((entry) => [entry.key, plannedPartitions(entry)] as const)
    return Object.fromEntries(
      planned
        .filter(([, set]) => set.length > 0)
        .map(([key, set]) => [key, rangesText(state.asset(key).space, set, 99)]),
    )
  }

  #run(state: GraphState, wanted: ReadonlyMap<AssetKey, IntervalSet>, runId: string, fails: readonly string[]) {
    const plan = planRun(state, { selected: [...wanted.keys()], request: { kind: 'sets', sets: wanted } })
    const broken = new Set<AssetKey>()
    for (const entry of plan.entries) {
      const { space } = state.asset(entry.key)
      for (const ordinal of sets.ordinals(plannedPartitions(entry))) {
        const partition = partitionKey(space, ordinal)
        const address = partition === '' ? entry.key : `${entry.key}@${partition}`
        const isBlocked = this.graph.upstream.get(entry.key)!.some(({ upstream }) => broken.has(upstream))
        if (fails.includes(address)) this.#failures.set(address, runId)
        if (fails.includes(address) || isBlocked) broken.add(entry.key)
        else this.#record(state, entry.key, partition, runId)
      }
    }
  }

  #record(state: GraphState, key: AssetKey, partition: string, runId: string, dataVersion?: string): void {
    const seq = this.#versions.length + 1
    const { space, existing } = state.asset(key)
    const ordinal = [...sets.ordinals(existing)].find((one) => partitionKey(space, one) === partition)
    if (ordinal === undefined) throw new Error(`${key} has no ${partition} at ${this.now.toISOString()}`)
    const version = dataVersion ?? `v${seq}`
    const recorded: RecordedVersion = {
      assetKey: key,
      partition,
      runId,
      stepNo: 0,
      codeVersion: state.code.get(key)!,
      dataVersion: version,
      partitionsSignature: state.partitionsSignature(key),
      inputs: state.inputs(key, ordinal),
      location: { kind: 'value', value: version },
      metadata: {},
      asOf: this.now,
      seq,
      madeAt: this.now,
      hash: memberHash(partition, version),
    }
    this.#failures.delete(partition === '' ? key : `${key}@${partition}`)
    this.#versions.push(recorded)
    apply(state, [recorded])
  }

  #state(): GraphState {
    const code = new Map(this.graph.order.map((key) => [key, `h1-tool1:${this.code.get(key) ?? 1}`]))
    const state = new GraphState(this.graph, { code }, { assets: new Map(), history: new Map(), seq: 0 }, this.now)
    apply(state, this.#versions)
    this.#applyFailures(state)
    return state
  }

  #applyFailures(state: GraphState): void {
    for (const [address, runId] of this.#failures) {
      const [key, partition = ''] = address.split('@') as [AssetKey, string?]
      const asset = state.asset(key)
      const ordinal = partitionOrdinal(asset.space, partition)!
      const failure = { at: this.now, message: 'boom', runId }
      asset.set(ordinal, { partition, current: asset.record(ordinal)?.current, failure, unfinished: false })
    }
  }

  #updates(state: GraphState): Map<AssetKey, Updates> {
    const { last } = this.memory
    const updates = new Map<AssetKey, Updates>()
    if (!last) return updates
    const since = this.#versions.filter((version) => version.seq > last.seq)
    for (const [key, versions] of grouped(since, (version) => version.assetKey)) {
      const { space, existing } = state.asset(key)
      const setOf = (some: readonly RecordedVersion[]) =>
        sets.fromOrdinals(
          [...sets.ordinals(existing)].filter((one) => some.some((v) => v.partition === partitionKey(space, one))),
        )
      updates.set(key, { all: setOf(versions), byOthers: setOf(versions.filter((v) => v.runId !== last.runId)) })
    }
    return updates
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
