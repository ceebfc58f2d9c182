import { listBackfills } from '../lineage/backfills.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { type ShownStatus, shownStatus } from './shown-status.ts'

export interface BackfillSummary {
  readonly backfillId: string
  readonly status: ShownStatus
  readonly selection: string
  readonly createdAt: string
  readonly endedAt: string | null
  readonly wanted: number
  /** Partitions that its own runs have made. */
  readonly made: number
}

/** The newest first; one query. How far each is exactly, `backfillReport` tells. */
export async function recentBackfills(lineage: Lineage, limit: number): Promise<BackfillSummary[]> {
  const rows = await listBackfills(lineage, limit)
  return rows.map((row) => ({
    backfillId: row.backfill_id,
    status: shownStatus(row),
    selection: row.selection,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    wanted: row.wanted,
    made: row.made,
  }))
}
