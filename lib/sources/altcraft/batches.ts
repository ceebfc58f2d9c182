/** Limits of one call. */
export const BATCH_PROFILES = 10_000
export const BATCH_BYTES = 10_000_000

/** Cuts items into runs of at most `BATCH_PROFILES` items and `BATCH_BYTES` bytes of their JSON, in order. */
export function batchesOf<T>(items: readonly T[], jsonOf: (item: T) => unknown): T[][] {
  const batches: T[][] = []
  let bytes = 0
  for (const item of items) {
    // A comma joins elements.
    const size = Buffer.byteLength(JSON.stringify(jsonOf(item))) + 1
    const open = batches.at(-1)
    if (open && open.length < BATCH_PROFILES && bytes + size <= BATCH_BYTES - ENVELOPE) {
      open.push(item)
      bytes += size
    } else {
      batches.push([item])
      bytes = size
    }
  }
  return batches
}

/** Room for what is around the elements of a call. */
const ENVELOPE = 1_000
