import {
  type AssetKey,
  type Graph,
  partitionKey,
  partitionOrdinal,
  partitionsSignature,
  sets,
} from '../../../../lib/graph/index.ts'
import { inForce } from '../../../../materializations/planner/as-of.ts'
import { provenCauses } from '../../../../materializations/planner/causes.ts'
import { memberHash } from '../../../../materializations/planner/combined-version.ts'
import { GraphState } from '../../../../materializations/planner/graph-state.ts'
import { type Plan, plannedPartitions, planRun } from '../../../../materializations/planner/plan.ts'
import type {
  CurrentVersion,
  HistoryEntry,
  PartitionRecord,
  VersionDetail,
} from '../../../../materializations/planner/recorded.ts'
import type { PartitionRequest } from '../../../../materializations/planner/request.ts'
import { causeText } from './cause-text.ts'
import { normalCauses } from './normal.ts'
import { meaningOf } from './plain.ts'
import { recordedAsset } from './recorded.ts'
import { type Memory, Reference, type RefRequest, type VersionRecord } from './reference.ts'
import { type AssetSpec, codeOf, graphOf, type World } from './world.ts'

/** The planner's state and the reference's memory side by side: what the one records, the other writes down. */
export class Simulation {
  world: World
  readonly memory: Memory = { partitions: new Map(), past: new Map(), seq: 0 }
  readonly #records = new Map<AssetKey, Map<string, PartitionRecord>>()
  readonly #history = new Map<AssetKey, HistoryEntry[]>()
  /** Acts of each effect partition since its record was last lost. */
  readonly acts = new Map<string, number>()

  constructor(world: World) {
    this.world = world
  }

  spec(key: AssetKey): AssetSpec {
    return this.world.assets.find((spec) => spec.key === key)!
  }

  open(restate = false): { graph: Graph; state: GraphState; reference: Reference } {
    const graph = graphOf(this.world)
    const code = new Map(this.world.assets.map((spec) => [spec.key, codeOf(this.world, spec)]))
    const assets = new Map([...this.#records].map(([key, map]) => [key, recordedAsset([...map.values()])]))
    const recorded = { assets, history: this.#history, seq: this.memory.seq }
    return {
      graph,
      state: new GraphState(graph, { code }, recorded, this.world.now, { restate }),
      reference: new Reference(this.world, graph, this.memory, restate),
    }
  }

  /** A new look at a source. */
  observe(key: AssetKey, partition: string, data: string): void {
    this.#keep(key, partition, { code: '', data, reads: [] }, [])
  }

  /** Both sides lose or mark a partition. */
  change(key: AssetKey, partition: string, what: 'wipe' | 'intent' | 'fail'): void {
    const memory = this.#memoryOf(key)
    const records = this.#recordsOf(key)
    if (what === 'wipe') {
      memory.delete(partition)
      records.delete(partition)
      this.acts.delete(`${key}@${partition}`)
      return
    }
    const before = records.get(partition)
    const failure = { at: this.world.now, message: 'no luck', runId: 'r' }
    records.set(partition, {
      partition,
      current: before?.current,
      failure: what === 'fail' ? failure : before?.failure,
      unfinished: what === 'intent' ? true : (before?.unfinished ?? false),
    })
    memory.set(partition, {
      ...memory.get(partition),
      ...(what === 'fail' ? { failure: 'no luck' } : { unfinished: true }),
    })
  }

  /** Runs a plan as the executor does: look again, skip what is unchanged, make, record. */
  run(
    plan: Plan,
    state: GraphState,
    reference: Reference,
    options: { force: boolean; fails: (address: string) => boolean },
    broken = new Set<string>(),
  ): string[] {
    const made: string[] = []
    for (const entry of plan.entries) {
      const { space } = state.asset(entry.key)
      for (const ordinal of sets.ordinals(plannedPartitions(entry))) {
        const partition = partitionKey(space, ordinal)
        const address = `${entry.key}@${partition}`
        const redefined = reference.redefined(entry.key, partition)
        const causes = normalCauses(reference.causes(entry.key, partition), redefined)
        const found = normalCauses(provenCauses(state, entry.key, ordinal).map(causeText), redefined)
        if (found.join() !== causes.join())
          throw new Error(`${address} in a run: ${found.join()} is not ${causes.join()}`)
        if (!reference.runnable(entry.key, partition, broken)) broken.add(address)
        else if (causes.length === 0 && !options.force) continue
        else if (options.fails(address)) {
          broken.add(address)
          this.change(entry.key, partition, 'fail')
          state.asset(entry.key).set(ordinal, this.#recordsOf(entry.key).get(partition)!)
        } else {
          this.#make(entry.key, partition, state, reference)
          made.push(address)
        }
      }
    }
    return made
  }

  #make(key: AssetKey, partition: string, state: GraphState, reference: Reference): void {
    const spec = this.spec(key)
    const { space } = state.asset(key)
    const ordinal = partitionOrdinal(space, partition)!
    const given = reference.given(key, partition)
    for (const [i, edge] of state.graph.upstream.get(key)!.entries()) {
      if (edge.mapping.kind !== 'asOf') continue
      const read = Object.fromEntries(
        inForce(state, edge, ordinal).entries.map((entry) => [entry.partition, entry.dataVersion]),
      )
      const address = `${key}@${partition} reads`
      if (JSON.stringify(read) !== JSON.stringify(given[i]))
        throw new Error(`${address} ${JSON.stringify(read)}, not ${JSON.stringify(given[i])}`)
    }
    // Few different results: a remade partition often comes out the same.
    const text = JSON.stringify([spec.code % 3, given.map((versions) => Object.values(versions).sort())])
    const data = `d${[...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 3}`
    if (spec.kind === 'effect') this.acts.set(`${key}@${partition}`, (this.acts.get(`${key}@${partition}`) ?? 0) + 1)
    const reads = spec.inputs.map((input) => reference.read(key, input, partition))
    const inputs = state.inputs(key, ordinal)
    const current = this.#keep(key, partition, { code: codeOf(this.world, spec), data, reads }, inputs)
    state.asset(key).set(ordinal, { partition, current, failure: undefined, unfinished: false })
    state.applied({ ...current, ...detailOf(data), assetKey: key, partition })
  }

  #keep(
    key: AssetKey,
    partition: string,
    version: Pick<VersionRecord, 'code' | 'data' | 'reads'>,
    inputs: CurrentVersion['inputs'],
  ): CurrentVersion {
    const seq = ++this.memory.seq
    const { partitions } = this.spec(key)
    this.#memoryOf(key).set(partition, { current: { ...version, seq, signature: meaningOf(partitions) } })
    push(this.memory.past, key, { partition, seq, at: this.world.now, data: version.data })
    const current: CurrentVersion = {
      seq,
      runId: 'r',
      madeAt: this.world.now,
      asOf: this.world.now,
      codeVersion: version.code,
      hash: memberHash(partition, version.data),
      partitionsSignature: partitionsSignature(partitions),
      inputs,
    }
    this.#recordsOf(key).set(partition, { partition, current, failure: undefined, unfinished: false })
    push(this.#history, key, { ...current, ...detailOf(version.data), partition, effectiveAt: current.asOf })
    return current
  }

  #memoryOf(key: AssetKey) {
    return getOrMake(this.memory.partitions, key)
  }

  #recordsOf(key: AssetKey) {
    return getOrMake(this.#records, key)
  }
}

function detailOf(dataVersion: string): VersionDetail {
  return { dataVersion, location: { kind: 'observed' }, metadata: {} }
}

export interface PlanText {
  readonly entries: readonly {
    key: string
    proven: readonly string[]
    possible: readonly string[]
    blocked: readonly string[]
    causes: Readonly<Record<string, readonly string[]>>
  }[]
  readonly warnings: readonly string[]
}

function requestOf(state: GraphState, request: RefRequest['request']): PartitionRequest {
  if (request.kind !== 'sets') return request
  const named = [...request.names].map(([key, names]) => {
    const { space } = state.asset(key)
    return [key, sets.fromOrdinals(names.map((name) => partitionOrdinal(space, name)!))] as const
  })
  return { kind: 'sets', sets: new Map(named) }
}

/** The planner's plan in the words of the reference. */
export function planText(
  state: GraphState,
  options: RefRequest,
  redefined: (key: AssetKey, partition: string) => ReadonlySet<string> = () => new Set(),
): { plan: Plan; text: PlanText } {
  const plan = planRun(state, { ...options, request: requestOf(state, options.request) })
  const entries = plan.entries.map((entry) => {
    const { space } = state.asset(entry.key)
    const keys = (set: typeof entry.proven) => [...sets.ordinals(set)].map((ordinal) => partitionKey(space, ordinal))
    return {
      key: entry.key,
      proven: keys(entry.proven),
      possible: keys(entry.possible),
      blocked: entry.blocked.map(({ partition, reason }) => `${partition}: ${reason}`).sort(),
      causes: Object.fromEntries(
        [...entry.causes]
          .sort(([a], [b]) => a - b)
          .map(([ordinal, causes]) => {
            const partition = partitionKey(space, ordinal)
            return [partition, normalCauses(causes.map(causeText), redefined(entry.key, partition))]
          }),
      ),
    }
  })
  const warnings = plan.warnings.map((w) => `${w.key} reads ${w.partitions} of ${w.upstream}`).sort()
  return { plan, text: { entries, warnings } }
}

function getOrMake<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const known = map.get(key)
  if (known) return known
  const made = new Map<string, V>()
  map.set(key, made)
  return made
}

function push<K, V>(map: Map<K, V[]>, key: K, item: V): void {
  const list = map.get(key)
  if (list) list.push(item)
  else map.set(key, [item])
}
