import { type BackfillStatus, cancelBackfill as cancelRow } from '../lineage/backfills.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { findBackfill } from './find.ts'

export interface Cancelled {
  readonly backfillId: string
  readonly status: BackfillStatus
  /** False when it had ended, or was being stopped, before. */
  readonly changed: boolean
}

/** Cancels a backfill that nobody drives; else asks its driver, who sees it within seconds, wherever it runs. */
export async function cancelBackfill(lineage: Lineage, id: string): Promise<Cancelled> {
  const before = await findBackfill(lineage, id)
  const status = await cancelRow(lineage, before.backfill_id)
  return { backfillId: before.backfill_id, status, changed: status !== before.status }
}
