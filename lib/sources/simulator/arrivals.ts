/** How many rows of a file arrived when: the index that lets a reader see only what had come by a moment. */

/** Rows become visible at the end of the quarter of an hour in which they arrived, as whole batches. */
export const BATCH_MS = 900_000

/** Rows that arrived in ((batch - 1) x 15 min, batch x 15 min] since 1970, and the last arrival among them (ms UTC). */
export type ArrivalBatch = readonly [batch: number, rows: number, lastMs: number]

export class Arrivals {
  private readonly batches = new Map<number, { rows: number; lastMs: number }>()

  add(ms: number): void {
    const batch = Math.ceil(ms / BATCH_MS)
    const known = this.batches.get(batch)
    if (known === undefined) this.batches.set(batch, { rows: 1, lastMs: ms })
    else {
      known.rows += 1
      if (ms > known.lastMs) known.lastMs = ms
    }
  }

  /** In the order of time. */
  list(): ArrivalBatch[] {
    return [...this.batches]
      .map(([batch, { rows, lastMs }]): ArrivalBatch => [batch, rows, lastMs])
      .sort(([a], [b]) => a - b)
  }
}

/** The end of the last batch that is complete at `ms`: what is seen at a moment. */
export function seenUntil(ms: number): number {
  return Math.floor(ms / BATCH_MS) * BATCH_MS
}
