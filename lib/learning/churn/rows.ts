import { type Matrix, takeRows } from '../matrix.ts'
import { type SliceName, sliceOf, type TemporalSlices } from '../validation/index.ts'

/** Labelled snapshots; row i of every part is the same user on the same day. */
export interface ChurnRows {
  readonly matrix: Matrix
  /** 1 = left, 0 = stayed. */
  readonly labels: Float32Array
  readonly userIds: readonly string[]
  /** Snapshot days, `YYYY-MM-DD`. */
  readonly days: readonly string[]
  /** 1 where the promised end lies within the horizon. */
  readonly due: Uint8Array
  /** 1 where auto-renew is on and no cancellation is known. */
  readonly undecided: Uint8Array
}

/** Rows for each use; see `temporalSlices`. */
export type ChurnSlices = Readonly<Record<SliceName, ChurnRows>>

/** Deals rows out to the four slices, in their order; rows in the gaps are left out. */
export function sliceRows(rows: ChurnRows, slices: TemporalSlices): ChurnSlices {
  const indices: Record<SliceName, number[]> = { train: [], tune: [], calibrate: [], test: [] }
  rows.userIds.forEach((userId, row) => {
    const name = sliceOf(slices, rows.days[row]!, userId)
    if (name !== undefined) indices[name].push(row)
  })
  const take = (chosen: number[]): ChurnRows => ({
    matrix: takeRows(rows.matrix, chosen),
    labels: Float32Array.from(chosen, (row) => rows.labels[row]!),
    userIds: chosen.map((row) => rows.userIds[row]!),
    days: chosen.map((row) => rows.days[row]!),
    due: Uint8Array.from(chosen, (row) => rows.due[row]!),
    undecided: Uint8Array.from(chosen, (row) => rows.undecided[row]!),
  })
  return {
    train: take(indices.train),
    tune: take(indices.tune),
    calibrate: take(indices.calibrate),
    test: take(indices.test),
  }
}
