import { type AssetKey, type IntervalSet, type Logger, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import { reached } from '../executor/commit-points.ts'
import { isFailure, type RunProgress, type RunResult, runPlan } from '../executor/run.ts'
import {
  type BackfillRow,
  backfillAssets,
  endBackfill,
  isDriven,
  replaceWanted,
  takeBackfill,
} from '../lineage/backfills.ts'
import { hasWork, makePlan, prepareRun } from '../operations/materialize.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { planRun } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import { batchesOf } from './batches.ts'
import { definitionChanges } from './definition-changes.ts'
import { BackfillDriven, BackfillLost, DefinitionsChanged } from './errors.ts'
import { findBackfill, shortId } from './find.ts'
import { type Hold, holdBackfill } from './hold.ts'
import { wantedAssets } from './plan.ts'
import { addReaders, becameOf, failedAndReaders, remainingOf, type Since, storedWanted } from './remaining.ts'
import { type BackfillRequest, requestOf } from './request.ts'
import type { Wanted } from './time-slots.ts'

export interface DriveOptions {
  readonly command: string
  readonly signal: AbortSignal
  readonly log: Logger
  /** Only what failed, and what was skipped for it. */
  readonly failedOnly?: boolean
  /** Plan it anew when definitions changed since it was created; else that is an error. */
  readonly currentCode?: boolean
  /** False: plan from what was last observed. */
  readonly look: boolean
  readonly onProgress?: (progress: RunProgress) => void
}

/** How one process's work on a backfill ended. */
export type DriveEnd = 'cancelled' | 'failed' | 'completed'

/**
 * Makes what is missing of a backfill, batch by batch, each of them one run. Good partitions are never made again, and
 * each is tried once: it always ends.
 * @throws BackfillDriven and DefinitionsChanged before anything is touched; BackfillLost
 */
export async function driveBackfill(session: Session, id: string, options: DriveOptions): Promise<DriveEnd> {
  const { lineage } = session
  await requireResumable(session, id, options)
  await prepareRun(session)
  const taken = await takeBackfill(lineage, id)
  if (taken.kind === 'completed') return 'completed'
  if (taken.kind === 'driven') throw new BackfillDriven(id, taken.holder)
  reached('backfill-started')
  const hold = holdBackfill(lineage, id, taken.token, options.signal)
  try {
    const status = await makeMissing(session, await findBackfill(lineage, id), hold, options)
    if (!(await endBackfill(lineage, id, taken.token, { status }))) throw new BackfillLost(id)
    reached('backfill-finished')
    return status
  } catch (error) {
    await giveUp(session, id, taken.token, error, options)
    throw error
  } finally {
    hold.letGo()
  }
}

async function requireResumable(session: Session, id: string, options: DriveOptions): Promise<void> {
  const row = await findBackfill(session.lineage, id)
  if (isDriven(row)) throw new BackfillDriven(id, row.holder!)
  if (row.status === 'completed' || options.currentCode) return
  const state = await session.state()
  const assets = await backfillAssets(session.lineage, id)
  const changes = definitionChanges(state, assets, storedWanted(state, assets).lost)
  if (changes.length > 0) throw new DefinitionsChanged(id, changes)
}

async function giveUp(
  { lineage }: Session,
  id: string,
  token: string,
  error: unknown,
  { signal, log }: DriveOptions,
): Promise<void> {
  try {
    await endBackfill(lineage, id, token, {
      status: signal.aborted ? 'cancelled' : 'failed',
      error: error instanceof Error ? error.message : String(error),
    })
  } catch (second) {
    // The first error is the one to tell; a backfill without a driver shows as interrupted.
    log.warn(
      `the end of the backfill could not be recorded; \`ottok backfill resume ${shortId(id)}\` goes on with it`,
      {
        error: String(second),
      },
    )
  }
}

async function makeMissing(session: Session, row: BackfillRow, hold: Hold, options: DriveOptions): Promise<DriveEnd> {
  const request = requestOf(session.graph, row)
  const { state } = await makePlan(session, { ...request, ...NOTHING, look: options.look }, hold.signal)
  const { remaining, since } = await missingOf(session, state, row, request, options)
  const pass = options.failedOnly ? failedAndReaders(state, remaining, since) : remaining
  const end = await makeBatches(session, state, row, request, pass, hold, options)
  if (hold.lost) throw new BackfillLost(row.backfill_id)
  if (end !== 'completed' || !options.failedOnly) return end
  return leavesWork(state, request, remaining, pass) ? 'cancelled' : 'completed'
}

const NOTHING = { request: { kind: 'sets', sets: new Map() } } as const

/** What is not made yet; planned anew where definitions changed and that is allowed. */
async function missingOf(
  { lineage }: Session,
  state: GraphState,
  row: BackfillRow,
  request: BackfillRequest,
  options: DriveOptions,
): Promise<{ readonly remaining: Wanted; readonly since: Since }> {
  const assets = await backfillAssets(lineage, row.backfill_id)
  const { wanted, lost } = storedWanted(state, assets)
  const since = { seq: Number(row.since_seq), createdAt: row.created_at }
  const changes = definitionChanges(state, assets, lost)
  if (changes.length === 0) return { remaining: remainingOf(state, wanted, since), since }
  const plan = planRun(state, request)
  const made = (key: AssetKey, planned: IntervalSet) =>
    request.force ? freshOf(state, key, becameOf(state, key, planned, since).made) : sets.EMPTY
  const anew = wantedAssets(state, request.selected, plan, made)
  const next = { seq: state.seq, createdAt: row.created_at }
  if (!(await replaceWanted(lineage, row.backfill_id, row.token!, { sinceSeq: next.seq, assets: anew })))
    throw new BackfillLost(row.backfill_id)
  options.log.info(`planned anew for today's definitions: ${changes.join(', ')} changed`)
  return { remaining: remainingOf(state, storedWanted(state, anew).wanted, next), since: next }
}

function freshOf(state: GraphState, key: AssetKey, made: IntervalSet): IntervalSet {
  const [entry] = planRun(state, { selected: [key], request: { kind: 'sets', sets: new Map([[key, made]]) } }).entries
  return entry ? sets.subtract(made, entry.proven) : made
}

/** Runs the batches. Failed: something failed, was skipped for a failure, or could not be made. */
async function makeBatches(
  session: Session,
  first: GraphState,
  row: BackfillRow,
  request: BackfillRequest,
  pass: Wanted,
  hold: Hold,
  options: DriveOptions,
): Promise<DriveEnd> {
  const broken = new Map<AssetKey, IntervalSet>()
  let total = 0
  for (const set of pass.values()) total += sets.size(set)
  let before = 0
  let number = 0
  let lacks = false
  let state = first
  for (const batch of batchesOf(first, pass, request.batch)) {
    if (hold.signal.aborted) return 'cancelled'
    // Others may have recorded meanwhile, and memory of the batch before is let go.
    if (number > 0) state = await session.state({ restate: request.restate })
    const plan = planRun(state, { ...request, request: { kind: 'sets', sets: withoutReaders(state, batch, broken) } })
    lacks ||= plan.entries.some((entry) => entry.blocked.length > 0)
    number++
    if (hasWork(plan)) {
      const run = await runPlan(session, state, plan, {
        command: options.command,
        request: { backfillId: row.backfill_id, batch: number, selected: request.selected },
        force: request.force ?? false,
        signal: hold.signal,
        log: options.log,
        onProgress: (progress) => options.onProgress?.({ ...progress, total, done: before + progress.done }),
      })
      if (run.status === 'cancelled') return 'cancelled'
      addBroken(state, run, broken)
      tellSkips(run, options.log)
    }
    for (const set of batch.values()) before += sets.size(set)
    reached('backfill-batch-ended')
  }
  return lacks || [...broken.values()].some((set) => set.length > 0) ? 'failed' : 'completed'
}

function addBroken(state: GraphState, run: RunResult, broken: Map<AssetKey, IntervalSet>): void {
  const failed = new Map<AssetKey, number[]>()
  for (const { key, partition } of run.results.filter(isFailure)) {
    const ordinal = partitionOrdinal(state.asset(key).space, partition)!
    const known = failed.get(key)
    if (known) known.push(ordinal)
    else failed.set(key, [ordinal])
  }
  for (const [key, ordinals] of failed)
    broken.set(key, sets.union(broken.get(key) ?? sets.EMPTY, sets.fromOrdinals(ordinals)))
}

/** The run keeps it; whoever watches should not have to look there for the reason. */
function tellSkips(run: RunResult, log: Logger): void {
  const skipped = new Map<AssetKey, { readonly because: string; count: number }>()
  for (const result of run.results) {
    if (result.status !== 'skipped' || !isFailure(result)) continue
    const known = skipped.get(result.key)
    if (known) known.count++
    else skipped.set(result.key, { because: result.skippedBecause ?? '', count: 1 })
  }
  for (const [key, { because, count }] of skipped) log.warn(`${count} of ${key} skipped: ${because}`)
}

/** A batch without what reads something that failed in a batch before; that is broken too. */
function withoutReaders(state: GraphState, batch: Wanted, broken: Map<AssetKey, IntervalSet>): Wanted {
  if (broken.size === 0) return batch
  const narrowed = new Map<AssetKey, IntervalSet>()
  for (const key of state.graph.order) {
    const set = batch.get(key)
    if (!set) continue
    // A model that was not replaced stays in force.
    addReaders(state, key, set, broken, (edge) => edge.mapping.kind !== 'asOf')
    narrowed.set(key, sets.subtract(set, broken.get(key) ?? sets.EMPTY))
  }
  return narrowed
}

/** Whether partitions that this pass did not look at are still to be made. */
function leavesWork(state: GraphState, request: BackfillRequest, remaining: Wanted, pass: Wanted): boolean {
  const rest = new Map([...remaining].map(([key, set]) => [key, sets.subtract(set, pass.get(key) ?? sets.EMPTY)]))
  return hasWork(planRun(state, { ...request, request: { kind: 'sets', sets: rest } }))
}
