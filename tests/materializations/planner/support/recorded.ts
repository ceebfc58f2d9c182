import type { PartitionRecord, RecordedAsset } from '../../../../materializations/planner/recorded.ts'
import { RecordedColumns } from '../../../../materializations/planner/recorded-columns.ts'
import { encodePage } from '../../../../materializations/planner/state-page.ts'

/** Records as they are loaded: through pages of a few partitions each. */
export function recordedAsset(records: readonly PartitionRecord[], pageSize = 3): RecordedAsset {
  const made = records.flatMap(({ partition, current }) => (current ? [{ partition, current }] : []))
  const pages: Uint8Array[] = []
  for (let i = 0; i < made.length; i += pageSize) pages.push(encodePage(made.slice(i, i + pageSize)))
  return {
    rows: pages.length === 0 ? undefined : { columns: new RecordedColumns(pages), from: 0, to: made.length },
    failures: new Map(records.flatMap(({ partition, failure }) => (failure ? [[partition, failure]] : []))),
    unfinished: new Set(records.flatMap(({ partition, unfinished }) => (unfinished ? [partition] : []))),
  }
}
