/** The declaration of how rows of a source become rows of a typed table. */

import { OttokError } from '../../config/errors.ts'
import { mappingProblems } from './mapping-problems.ts'
import type { RowFormat } from './row-format.ts'

export interface TargetColumn {
  /** ClickHouse type of the column. */
  readonly type: string
  /**
   * SQL over the row's fields; the field of the same name when absent. NULL where the value cannot be read. It must not
   * fail: `toInt64OrNull`, never `toInt64` of a text. A value that the type cannot hold counts as NULL.
   */
  readonly sql?: string
  /** An empty text is as good as none. */
  readonly required?: boolean
  /** Reason for which a row without a value is refused, where one is needed; `no NAME` when absent. */
  readonly reason?: string
}

/** A row is refused for the first fault whose condition holds; NULL does not hold. */
export interface Fault {
  readonly reason: string
  /** SQL over the row's fields, and over the typed columns as `value.NAME`. */
  readonly when: string
}

/**
 * A rule that once refused rows and was mended. What it had refused lands, but counts as known from `at` on: nobody had
 * known it before, and features of earlier days must not change.
 */
export interface MendedFault extends Fault {
  /** When the mended rule went into force, ISO 8601 with a zone. */
  readonly at: string
}

export interface RowMapping {
  /** The source's name, for errors. */
  readonly source: string
  readonly format: RowFormat
  /** Columns of the landed table that say of which partition a row is: they are kept. */
  readonly partition: readonly string[]
  /** Typed columns by name, in their order. A value that is NULL where its type is not Nullable refuses the row. */
  readonly columns: Readonly<Record<string, TargetColumn>>
  /** After the columns' own. */
  readonly faults: readonly Fault[]
  /** Typed columns that name a row: a second row with the same key, in one partition, is a duplicate. */
  readonly key: readonly string[]
  /** Typed columns by which the first received of several rows is found. */
  readonly order: readonly string[]
  /**
   * For partitions by day of receipt, where a redelivery may be of another partition: so many days before a row's own
   * are looked through for an earlier copy. The table must hold them.
   */
  readonly repeatsWithinDays: number
  /** Typed column of when a row became known; needed for `mended`. */
  readonly known: string | undefined
  readonly mended: readonly MendedFault[]
}

/** What must be said of a mapping; the rest has defaults. */
export type RowMappingSpec = Pick<RowMapping, 'source' | 'format' | 'columns' | 'key' | 'order'> & Partial<RowMapping>

/**
 * Declares a mapping. Partition `day` unless said otherwise, no faults but the columns' own.
 * @throws OttokError (exit code 2) that lists all that is wrong with the declaration
 */
export function rowMapping(spec: RowMappingSpec): RowMapping {
  const mapping: RowMapping = {
    partition: ['day'],
    faults: [],
    repeatsWithinDays: 0,
    known: undefined,
    mended: [],
    ...spec,
  }
  const problems = mappingProblems(mapping)
  if (problems.length === 0) return Object.freeze(mapping)
  throw new OttokError({
    what: `the row mapping of the source '${mapping.source}' is wrong`,
    cause: problems.join('; ').concat('.'),
    mend: 'Correct the declaration.',
    exitCode: 2,
  })
}
