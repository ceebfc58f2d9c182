import {
  type AssetKey,
  type Condition,
  type IntervalSet,
  parseCron,
  previousCronTick,
  sets,
} from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { latest } from '../planner/request.ts'
import { ConditionEvaluator, type Explained, type Surroundings, staleAmong } from './conditions.ts'
import { InputFilter, readersOf } from './inputs.ts'
import { type AssetMemory, type Attempt, type AutomationMemory, givenUp, withAttempt } from './memory.ts'
import { subjectOf } from './subject.ts'

/** What evaluation has to know beside recorded state. */
export interface TickFacts {
  /** Assets that living runs work on. */
  readonly inProgress: ReadonlySet<AssetKey>
  /** What was made or observed to have changed since the last tick. */
  readonly updates: ReadonlyMap<AssetKey, Updates>
}

export interface Updates {
  readonly all: IntervalSet
  /** Not by the run of the last tick. */
  readonly byOthers: IntervalSet
}

/** What was found for one asset. */
export interface Decision {
  readonly key: AssetKey
  readonly condition: Condition
  readonly requested: IntervalSet
  /** The condition holds, and there is nothing to do. */
  readonly settled: IntervalSet
  readonly explained: Explained
}

export interface Evaluation {
  /** Of every automated asset, in graph order. */
  readonly decisions: readonly Decision[]
  readonly requested: ReadonlyMap<AssetKey, IntervalSet>
  /** What the next tick is to know of each automated asset. */
  readonly memory: ReadonlyMap<AssetKey, AssetMemory>
  /** The same of what is requested, as if it had not been. */
  readonly untried: () => ReadonlyMap<AssetKey, AssetMemory>
  /** The same of what is requested, not to be asked for again before something changes. */
  readonly givenUp: () => ReadonlyMap<AssetKey, AssetMemory>
}

/**
 * One tick: upstreams first, so that what is requested of an input is known to its readers and a whole chain is asked for
 * at once. Requested is where the condition holds and something is to do: the partition is stale, or reads what is
 * requested. Pure; `state.now` is the tick's clock.
 */
export function evaluateAutomation(state: GraphState, before: AutomationMemory, facts: TickFacts): Evaluation {
  const decisions: Decision[] = []
  const requested = new Map<AssetKey, IntervalSet>()
  const memory = new Map<AssetKey, AssetMemory>()
  const attempts = new Map<AssetKey, Readonly<Record<string, readonly Attempt[]>>>()
  const shared = { state, facts, before, requested, inputs: new InputFilter(state), cronTick: cronTicksAt(state.now) }
  for (const key of state.graph.order) {
    const condition = state.graph.automation.get(key)
    if (!condition) continue
    const subject = subjectOf(state, key, condition)
    const remembered = before.assets.get(key)
    const old = remembered?.subject === subject ? remembered : undefined
    const { evaluator, holds, explained, wanted } = requestOf(key, condition, { ...shared, old }, requested)
    const settled = sets.subtract(holds, wanted)
    decisions.push({ key, condition, requested: wanted, settled, explained })
    attempts.set(key, evaluator.attempts)
    memory.set(key, {
      subject,
      code: state.code.get(key) ?? '',
      nodes: evaluator.nodes,
      attempts: mapped(evaluator.attempts, (kept) => withAttempt(kept, wanted, state.now.getTime())),
      requested: wanted,
      settled,
    })
  }
  const ofRequested = (change: (one: AssetMemory, key: AssetKey) => AssetMemory) => () =>
    new Map([...requested.keys()].map((key) => [key, change(memory.get(key)!, key)]))
  return {
    decisions,
    requested,
    memory,
    untried: ofRequested((one, key) => ({ ...one, attempts: attempts.get(key)!, requested: sets.EMPTY })),
    givenUp: ofRequested((one) => ({ ...one, attempts: mapped(one.attempts, (kept) => givenUp(kept, one.requested)) })),
  }
}

/** Partitions of an asset that reads itself are asked for one after the other; as many as this in one tick. */
const MOST_OF_ITSELF = 400

/** What is requested of one asset; it is in `requested` from then on. */
function requestOf(key: AssetKey, condition: Condition, around: Surroundings, requested: Map<AssetKey, IntervalSet>) {
  const { state } = around
  const readsItself = state.graph.upstream.get(key)!.some(({ upstream }) => upstream === key)
  const { existing } = state.asset(key)
  let wanted = sets.EMPTY
  for (let i = 0; ; i++) {
    const evaluator = new ConditionEvaluator(around)
    const { holds, explained } = evaluator.evaluate(condition, { key, within: existing, path: '' })
    const more = sets.subtract(intersected(toDo(state, key, holds, requested), eligible(state, key)), wanted)
    wanted = sets.union(wanted, more)
    if (wanted.length > 0) requested.set(key, wanted)
    // What it makes today is there for what reads it tomorrow.
    if (!readsItself || more.length === 0 || i === MOST_OF_ITSELF) return { evaluator, holds, explained, wanted }
  }
}

function mapped<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

function toDo(
  state: GraphState,
  key: AssetKey,
  within: IntervalSet,
  requested: ReadonlyMap<AssetKey, IntervalSet>,
): IntervalSet {
  let found = staleAmong(state, key, within)
  // What an effect has done is done, whatever becomes of its inputs.
  if (state.graph.asset(key).kind === 'effect') return found
  for (const edge of state.graph.upstream.get(key)!) {
    const coming = requested.get(edge.upstream)
    if (coming) found = sets.union(found, readersOf(state, edge, coming, within))
  }
  return found
}

/** Many assets share few schedules. */
function cronTicksAt(now: Date): (cron: string, timezone: string) => Date | undefined {
  const ticks = new Map<string, Date | undefined>()
  return (cron, timezone) => {
    const name = `${cron} ${timezone}`
    if (!ticks.has(name)) ticks.set(name, previousCronTick(parseCron(cron), timezone, now))
    return ticks.get(name)
  }
}

/** An effect acts on its newest partition alone. */
function eligible(state: GraphState, key: AssetKey): IntervalSet | undefined {
  return state.graph.asset(key).kind === 'effect' ? latest(state, key) : undefined
}

function intersected(set: IntervalSet, other: IntervalSet | undefined): IntervalSet {
  return other === undefined ? set : sets.intersect(set, other)
}
