import type { QueryEngine } from '../../graph/index.ts'
import { floatMatrix } from '../../learning/float-matrix.ts'

/** Scored accounts whose outcome is known; row i of every part is the same account on the same day. */
export interface ScoredOutcomes {
  readonly userIds: readonly string[]
  /** Snapshot days, `YYYY-MM-DD`. */
  readonly days: readonly string[]
  /** 1 = left, 0 = stayed. */
  readonly labels: Float32Array
  /** Log-odds that rows are ranked by. */
  readonly margins: Float32Array
  /** Calibrated. */
  readonly probabilities: Float32Array
  readonly due: Uint8Array
  readonly undecided: Uint8Array
}

/** Groups that quality is measured in: annual plans that cannot end within the horizon flatter the whole. */
export const groups = ['all', 'due', 'undecided'] as const
export type Group = (typeof groups)[number]

/**
 * Reads scored outcomes.
 *
 * @param sql SELECT with user_id, snapshot_day, y, margin, probability, due and undecided; its ORDER BY fixes the order
 */
export async function readScoredOutcomes(
  engine: Pick<QueryEngine, 'bytes'>,
  sql: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<ScoredOutcomes> {
  const columns = ['y', 'margin', 'probability', 'due', 'undecided']
  const { rows, data, keys } = await floatMatrix(engine, {
    sql,
    columns,
    key: ['user_id', 'snapshot_day'],
    params,
    signal,
  })
  const column = (index: number): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) => data[row * columns.length + index]!)
  return {
    userIds: keys.user_id!,
    days: keys.snapshot_day!,
    labels: column(0),
    margins: column(1),
    probabilities: column(2),
    due: Uint8Array.from(column(3)),
    undecided: Uint8Array.from(column(4)),
  }
}

/** The rows of a day or of a group, or both. */
export function pickOutcomes(rows: ScoredOutcomes, wanted: { day?: string; group?: Group }): ScoredOutcomes {
  const { day, group = 'all' } = wanted
  const chosen: number[] = []
  for (let row = 0; row < rows.labels.length; row++) {
    if (day !== undefined && rows.days[row] !== day) continue
    if (group === 'all' || rows[group][row] === 1) chosen.push(row)
  }
  const numbers = (from: Float32Array): Float32Array => Float32Array.from(chosen, (row) => from[row]!)
  return {
    userIds: chosen.map((row) => rows.userIds[row]!),
    days: chosen.map((row) => rows.days[row]!),
    labels: numbers(rows.labels),
    margins: numbers(rows.margins),
    probabilities: numbers(rows.probabilities),
    due: Uint8Array.from(chosen, (row) => rows.due[row]!),
    undecided: Uint8Array.from(chosen, (row) => rows.undecided[row]!),
  }
}
