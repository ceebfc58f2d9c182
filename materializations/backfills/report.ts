import { type AssetKey, type IntervalSet, partitionKey, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import {
  type BackfillAssetRow,
  type BackfillPace,
  type BackfillRow,
  backfillAssets,
  backfillPace,
  isDriven,
} from '../lineage/backfills.ts'
import { rangesText } from '../operations/partition-ranges.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type PlanEntry, plannedPartitions, planRun } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import { findBackfill } from './find.ts'
import { becameOf, remainingOf, type Since, storedWanted } from './remaining.ts'
import { requestOf } from './request.ts'
import { type ShownStatus, shownStatus } from './shown-status.ts'

/** Wanted partitions by what became of them; their sum is what was wanted. */
export interface ProgressCounts {
  readonly wanted: number
  /** Recorded since the backfill was created. */
  readonly made: number
  /** Not made again: their inputs came out the same. */
  readonly unchanged: number
  readonly failed: number
  /** Still to be made, skipped ones among them. */
  readonly waiting: number
}

export interface AssetProgress extends ProgressCounts {
  readonly key: AssetKey
  /** Partitions of each state in few words; of single partitions empty. */
  readonly ranges: Readonly<Record<'made' | 'unchanged' | 'failed' | 'waiting', string>>
}

export interface BackfillReport {
  readonly backfillId: string
  readonly status: ShownStatus
  readonly selection: string
  readonly command: string
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** Who drives it now. */
  readonly driver: { readonly pid: number; readonly host: string } | null
  readonly counts: ProgressCounts
  readonly assets: readonly AssetProgress[]
  /** The first failure of each asset. */
  readonly errors: readonly {
    readonly key: AssetKey
    readonly partition: string
    readonly message: string
    readonly count: number
  }[]
  /** Why some of what waits could not be made now, by what is recorded; the first reason of each asset. */
  readonly waitingFor: readonly { readonly key: AssetKey; readonly count: number; readonly reason: string }[]
  /** What could not be made when the backfill was planned, and was left out of it. */
  readonly blocked: readonly { readonly key: AssetKey; readonly count: number; readonly reason: string }[]
  readonly runs: number
  /** Made a second of late; null when it does not run. */
  readonly ratePerSecond: number | null
  /** At that rate, in ms. */
  readonly timeLeftMs: number | null
  /** Why its driver gave up. */
  readonly error: string | null
}

const SHOWN_ERRORS = 5

/** How far a backfill is: derived from what is recorded now, never counted along the way. */
export async function backfillReport(session: Session, id: string): Promise<BackfillReport> {
  const row = await findBackfill(session.lineage, id)
  const assets = await backfillAssets(session.lineage, row.backfill_id)
  const pace = await backfillPace(session.lineage, row.backfill_id)
  return describeBackfill(await session.state({ restate: row.request.restate === true }), row, assets, pace)
}

/** Pure. */
export function describeBackfill(
  state: GraphState,
  row: BackfillRow,
  assets: readonly BackfillAssetRow[],
  pace: BackfillPace,
): BackfillReport {
  const since = { seq: Number(row.since_seq), createdAt: row.created_at }
  const { wanted } = storedWanted(state, assets)
  const plan = planOfRest(state, row, wanted, since)
  const waiting = waitingOf(state, plan)
  const progress = assets.map((asset) => assetProgress(state, asset, wanted, waiting, since))
  const counts = { wanted: 0, made: 0, unchanged: 0, failed: 0, waiting: 0 }
  for (const one of progress) for (const name of COUNTS) counts[name] += one[name]
  const driven = isDriven(row)
  const rate = driven && pace.made > 0 && pace.overMs > 0 ? pace.made / (pace.overMs / 1000) : null
  return {
    backfillId: row.backfill_id,
    status: shownStatus(row),
    selection: row.selection,
    command: row.command,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    driver: driven ? { pid: row.holder!.pid, host: row.holder!.host } : null,
    counts,
    assets: progress,
    errors: firstErrors(state, wanted, since),
    waitingFor: plan.flatMap(({ key, blocked }) =>
      blocked.length > 0 ? [{ key, count: blocked.length, reason: blocked[0]!.reason }] : [],
    ),
    blocked: assets.flatMap(({ asset_key, blocked_count, blocked_because }) =>
      blocked_count > 0 ? [{ key: asset_key, count: blocked_count, reason: blocked_because ?? '' }] : [],
    ),
    runs: pace.runs,
    ratePerSecond: rate,
    timeLeftMs: rate === null ? null : Math.round((counts.waiting / rate) * 1000),
    error: row.error,
  }
}

const COUNTS = ['wanted', 'made', 'unchanged', 'failed', 'waiting'] as const

/** A plan of what is not made. A completed backfill has looked at everything. */
function planOfRest(
  state: GraphState,
  row: BackfillRow,
  wanted: ReadonlyMap<AssetKey, IntervalSet>,
  since: Since,
): readonly PlanEntry[] {
  if (row.status === 'completed') return []
  const request = { kind: 'sets', sets: remainingOf(state, wanted, since) } as const
  return planRun(state, { ...requestOf(state.graph, row), request }).entries
}

/** What the plan would still look at, or could not make. */
function waitingOf(state: GraphState, entries: readonly PlanEntry[]): ReadonlyMap<AssetKey, IntervalSet> {
  return new Map(
    entries.map((entry) => {
      const { space } = state.asset(entry.key)
      const blocked = sets.fromOrdinals(entry.blocked.map(({ partition }) => partitionOrdinal(space, partition)!))
      return [entry.key, sets.union(plannedPartitions(entry), blocked)]
    }),
  )
}

function assetProgress(
  state: GraphState,
  { asset_key: key, wanted_count }: BackfillAssetRow,
  wanted: ReadonlyMap<AssetKey, IntervalSet>,
  waiting: ReadonlyMap<AssetKey, IntervalSet>,
  since: Since,
): AssetProgress {
  const set = wanted.get(key)
  if (set === undefined) {
    // Its partitions are not those of then: nothing can be said of them.
    const ranges = { made: '', unchanged: '', failed: '', waiting: '' }
    return { key, wanted: wanted_count, made: 0, unchanged: 0, failed: 0, waiting: wanted_count, ranges }
  }
  const { space } = state.asset(key)
  const { made, failed, rest } = becameOf(state, key, set, since)
  const left = sets.intersect(rest, waiting.get(key) ?? sets.EMPTY)
  const unchanged = sets.subtract(rest, left)
  return {
    key,
    wanted: wanted_count,
    made: sets.size(made),
    unchanged: sets.size(unchanged),
    failed: sets.size(failed),
    waiting: sets.size(left),
    ranges: {
      made: rangesText(space, made),
      unchanged: rangesText(space, unchanged),
      failed: rangesText(space, failed),
      waiting: rangesText(space, left),
    },
  }
}

function firstErrors(
  state: GraphState,
  wanted: ReadonlyMap<AssetKey, IntervalSet>,
  since: Since,
): BackfillReport['errors'] {
  const errors: BackfillReport['errors'][number][] = []
  for (const [key, set] of wanted) {
    if (errors.length === SHOWN_ERRORS) break
    const { failed } = becameOf(state, key, set, since)
    const [first] = sets.ordinals(failed)
    if (first === undefined) continue
    const message = state.asset(key).record(first)!.failure!.message
    errors.push({ key, partition: partitionKey(state.asset(key).space, first), message, count: sets.size(failed) })
  }
  return errors
}
