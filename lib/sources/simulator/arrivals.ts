/** How many rows of a file arrived when: the index that lets a reader see only what had come by a moment. */

/** Rows become visible at the end of the quarter of an hour in which they arrived, as whole batches. */
export const BATCH_MS = 900_000

/**
 * Rows that arrived in ((batch - 1) x 15 min, batch x 15 min] since 1970, and the last arrival among them (ms UTC). Text
 * files hold their rows in the order of arrival: `endByte` is where those of the batch end in the file.
 */
export type ArrivalBatch = readonly [batch: number, rows: number, lastMs: number, endByte?: number]

export class Arrivals {
  private readonly batches = new Map<number, { rows: number; lastMs: number; endByte: number | undefined }>()

  /** Of rows of one batch the last one added says where the batch ends. */
  add(ms: number, endByte?: number): void {
    const batch = Math.ceil(ms / BATCH_MS)
    const known = this.batches.get(batch)
    if (known === undefined) this.batches.set(batch, { rows: 1, lastMs: ms, endByte })
    else {
      known.rows += 1
      known.endByte = endByte
      if (ms > known.lastMs) known.lastMs = ms
    }
  }

  /** In the order of time. */
  list(): ArrivalBatch[] {
    return [...this.batches]
      .map(([batch, { rows, lastMs, endByte }]): ArrivalBatch => {
        return endByte === undefined ? [batch, rows, lastMs] : [batch, rows, lastMs, endByte]
      })
      .sort(([a], [b]) => a - b)
  }
}

/** Batches of several parts of one day as those of the whole, in the order of time. */
export function mergeBatches(parts: readonly (readonly ArrivalBatch[])[]): ArrivalBatch[] {
  const merged = new Map<number, ArrivalBatch>()
  for (const [batch, rows, lastMs] of parts.flat()) {
    const [, rowsBefore, lastBefore] = merged.get(batch) ?? [batch, 0, 0]
    merged.set(batch, [batch, rowsBefore + rows, Math.max(lastBefore, lastMs)])
  }
  return [...merged.values()].sort(([a], [b]) => a - b)
}

/** The end of the last batch that is complete at `ms`: what is seen at a moment. */
export function seenUntil(ms: number): number {
  return Math.floor(ms / BATCH_MS) * BATCH_MS
}
