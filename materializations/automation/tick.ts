import { type AssetKey, type IntervalSet, type Logger, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import { type RunProgress, type RunResult, runPlan } from '../executor/run.ts'
import type { Leadership } from '../lineage/leader-lease.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { deadRuns } from '../lineage/runs.ts'
import {
  beginTick,
  endTick,
  loadAutomation,
  type NewMemory,
  type NewTick,
  type RecordedAutomation,
  recordIdleTick,
  type TickStatus,
} from '../lineage/ticks.ts'
import { hasWork, prepareRun } from '../operations/materialize.ts'
import { sourcesOf } from '../operations/observe.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type Plan, planRun } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import { canonicalJson } from '../versions/canonical-json.ts'
import { type Evaluation, evaluateAutomation, type TickFacts, type Updates } from './evaluate.ts'
import { recordedDecision } from './explain.ts'
import { lookAtSources, type SourceFailure } from './look.ts'
import type { AssetMemory, AutomationMemory } from './memory.ts'

export interface TickOptions {
  readonly command: string
  readonly signal: AbortSignal
  readonly log: Logger
  readonly onProgress?: (progress: RunProgress) => void
}

/** One evaluation of automation, and what became of it. */
export interface Tick {
  readonly tickId: number
  readonly status: TickStatus
  readonly state: GraphState
  readonly evaluation: Evaluation
  readonly plan: Plan | undefined
  readonly run: RunResult | undefined
  readonly sourceFailures: readonly SourceFailure[]
}

/** What a tick would ask for now. Records nothing but what is observed. */
export async function evaluateNow(
  session: Session,
  options: Pick<TickOptions, 'signal' | 'log'>,
): Promise<{
  readonly state: GraphState
  readonly evaluation: Evaluation
  readonly recorded: RecordedAutomation
  readonly sourceFailures: readonly SourceFailure[]
}> {
  const { graph, lineage } = session
  const automated = graph.order.filter((key) => graph.automation.has(key))
  const state = await session.state()
  const sourceFailures = await lookAtSources(session, state, sourcesOf(session, automated), options)
  const recorded = await loadAutomation(lineage, state.seq)
  const evaluation = evaluateAutomation(state, memoryOf(recorded), factsOf(state, recorded))
  return { state, evaluation, recorded, sourceFailures }
}

/**
 * One tick: looks at the sources, evaluates every condition, and runs what is requested as one run. What is asked for is
 * written down before anything is made of it, so that a process that dies has tried.
 */
export async function tick(session: Session, leader: Leadership, options: TickOptions): Promise<Tick> {
  const { lineage } = session
  const isPrepared = (await deadRuns(lineage)).length > 0
  // Partitions that a dead run was about to swap in are neither fresh nor readable.
  if (isPrepared) await prepareRun(session)
  let found = await evaluateNow(session, options)
  if (found.evaluation.requested.size > 0 && !isPrepared) {
    // To wait for the warehouse may take a while, and whoever had it may have made all this.
    await prepareRun(session)
    if (await hasMoved(lineage, found.state)) found = await evaluateNow(session, options)
  }
  const { state, evaluation, recorded, sourceFailures } = found
  const base = { state, evaluation, sourceFailures }
  const memory = changedMemory(state, evaluation, recorded)
  const { requested } = evaluation
  const row: NewTick = {
    asOf: state.now,
    seq: state.seq,
    assets: requested.size,
    partitions: [...requested.values()].reduce((sum, set) => sum + sets.size(set), 0),
  }
  if (requested.size === 0) {
    const tickId = await recordIdleTick(lineage, leader.token, row, memory)
    return { ...base, tickId, status: 'idle', plan: undefined, run: undefined }
  }
  options.signal.throwIfAborted()
  const tickId = await beginTick(lineage, leader.token, row, memory)
  const plan = planRun(state, { selected: [...requested.keys()], request: { kind: 'sets', sets: requested } })
  if (!hasWork(plan)) {
    await endTick(lineage, leader.token, tickId, { status: 'succeeded', runId: undefined })
    return { ...base, tickId, status: 'succeeded', plan, run: undefined }
  }
  const run = await runPlan(session, state, plan, {
    command: options.command,
    request: { selected: [...requested.keys()], tick: tickId },
    force: false,
    signal: AbortSignal.any([options.signal, leader.lost]),
    log: options.log,
    ...(options.onProgress && { onProgress: options.onProgress }),
  })
  const isStopped = options.signal.aborted || leader.lost.aborted
  const status: TickStatus = run.status === 'cancelled' && isStopped ? 'stopped' : run.status
  // A tick that was stopped on purpose has not tried; a run that somebody cancelled is not begun again by itself.
  const after = status === 'stopped' ? evaluation.untried : status === 'cancelled' ? evaluation.givenUp : undefined
  await endTick(lineage, leader.token, tickId, { status, runId: run.runId }, after?.())
  return { ...base, tickId, status, plan, run }
}

async function hasMoved(lineage: Lineage, state: GraphState): Promise<boolean> {
  const found = await lineage.query('SELECT 1 FROM materializations WHERE seq > $1 LIMIT 1', [state.seq])
  return found.length > 0
}

function memoryOf({ last, memory }: RecordedAutomation): AutomationMemory {
  return {
    last: last && {
      at: last.as_of,
      seq: last.seq,
      runId: last.run_id ?? undefined,
      died: last.status === 'running' || last.status === 'died',
    },
    assets: new Map(memory.map((row) => [row.asset_key, row.memory])),
  }
}

function factsOf(state: GraphState, { last, updates, leased }: RecordedAutomation): TickFacts {
  const ordinals = new Map<AssetKey, { all: number[]; byOthers: number[] }>()
  for (const { asset_key: key, partition, run_id: runId } of updates) {
    if (!state.graph.assets.has(key)) continue
    const ordinal = partitionOrdinal(state.asset(key).space, partition)
    if (ordinal === undefined) continue
    const of = ordinals.get(key) ?? { all: [], byOthers: [] }
    ordinals.set(key, of)
    of.all.push(ordinal)
    if (runId !== last?.run_id) of.byOthers.push(ordinal)
  }
  const setsOf = ([key, { all, byOthers }]: [AssetKey, { all: number[]; byOthers: number[] }]): [AssetKey, Updates] => {
    const { existing } = state.asset(key)
    const setOf = (some: number[]): IntervalSet => sets.intersect(sets.fromOrdinals(some), existing)
    return [key, { all: setOf(all), byOthers: setOf(byOthers) }]
  }
  return { inProgress: new Set(leased), updates: new Map([...ordinals].map(setsOf)) }
}

/** What has to be written: most ticks find what the one before found. */
function changedMemory(state: GraphState, evaluation: Evaluation, recorded: RecordedAutomation): readonly NewMemory[] {
  const before = new Map(recorded.memory.map((row) => [row.asset_key, row]))
  return evaluation.decisions.flatMap((found): NewMemory[] => {
    const memory: AssetMemory = evaluation.memory.get(found.key)!
    const decision = recordedDecision(state, found)
    const old = before.get(found.key)
    const isNewDecision =
      found.requested.length > 0 || old === undefined || canonicalJson(old.decision) !== canonicalJson(decision)
    if (!isNewDecision && canonicalJson(old.memory) === canonicalJson(memory)) return []
    return [{ assetKey: found.key, memory, decision, isNewDecision }]
  })
}
