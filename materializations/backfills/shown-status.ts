import { type BackfillRow, type BackfillStatus, isDriven } from '../lineage/backfills.ts'

/** As stored, or `interrupted`: it says that it runs, and no process drives it. */
export type ShownStatus = BackfillStatus | 'interrupted'

export function shownStatus(row: Pick<BackfillRow, 'status' | 'holder' | 'expired'>): ShownStatus {
  const isActive = row.status === 'running' || row.status === 'cancelling'
  return isActive && !isDriven(row) ? 'interrupted' : row.status
}
