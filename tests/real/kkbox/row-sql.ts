/** What the mappings of several files share. */
import type { TargetColumn } from 'ottok'

/** The files have days without times, so any one zone will do. */
export const zone = 'UTC'

export const user: TargetColumn = { type: 'String', sql: 'msno', required: true, reason: 'no user' }

/** Day of a text of a form (as parseDateTime has it); NULL where it is none. */
export const dayOf = (field: string, form: string): string =>
  `toDate(parseDateTimeOrNull(${field}, '${form}', '${zone}'))`
