import { DatabaseError } from 'pg'
import { OttokError } from '../../lib/config/errors.ts'

const DISK_FULL = '53100'

/** The same error, or what it means to people when PostgreSQL's disk is full: the transaction was rolled back. */
export function spaceErrorOf(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.code !== DISK_FULL) return error
  return new OttokError({
    what: 'PostgreSQL, which keeps the lineage, has no space left',
    cause: `${error.message.replace(/\.$/, '')}.`,
    mend: 'Free space on the disk of its data folder, then run the same command again: it finishes what was begun.',
    underlying: error,
  })
}
