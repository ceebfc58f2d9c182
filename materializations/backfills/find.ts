import { OttokError } from '../../lib/config/errors.ts'
import { type BackfillRow, findBackfills } from '../lineage/backfills.ts'
import type { Lineage } from '../lineage/lineage.ts'

/** The start of an id: enough to name a backfill by. */
export function shortId(id: string): string {
  return id.slice(0, 8)
}

/** A backfill by its id, or the start of it where that is unique. */
export async function findBackfill(lineage: Lineage, id: string): Promise<BackfillRow> {
  // Anything else would be a pattern to the database.
  const found = /^[0-9a-f-]+$/.test(id) ? await findBackfills(lineage, id) : []
  if (found.length === 1) return found[0]!
  throw new OttokError({
    what: `there is ${found.length === 0 ? 'no backfill' : 'more than one backfill'} '${id}'`,
    cause:
      found.length === 0
        ? 'No recorded backfill has an id that begins so.'
        : `It could be ${found.map((row) => row.backfill_id).join(', ')}.`,
    mend: found.length === 0 ? 'List them with `ottok backfill list`.' : 'Give more of its id.',
    exitCode: 2,
  })
}
