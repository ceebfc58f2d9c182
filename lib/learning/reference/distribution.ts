/**
 * How a column was distributed where the model was trained; it travels with the model, so that drift is measured
 * against bins that do not move with the data.
 */
export interface Distribution {
  /** Rising borders. Value x is in bin number (count of edges <= x), so both end bins are open. */
  readonly edges: readonly number[]
  /** Rows in each of the `edges.length + 1` bins, then the missing ones. */
  readonly counts: readonly number[]
}

/** With so few different values each gets a bin of its own: deciles would fall together. */
const mostDistinct = 10

/**
 * The distribution of `values`, NaN = missing. Many-valued columns are cut at their deciles. A column of at most ten
 * different values gets one bin a value, and empty bins below and above, so that a constant which moves is seen.
 */
export function distributionOf(values: Float32Array | Float64Array): Distribution {
  const present = values.filter((value) => !Number.isNaN(value)).sort()
  const distinct = new Set<number>()
  for (let i = 0; i < present.length && distinct.size <= mostDistinct; i++) distinct.add(present[i]!)
  const edges =
    distinct.size > mostDistinct
      ? deciles(present)
      : [...distinct, ...(present.length > 0 ? [justAbove(present.at(-1)!)] : [])]
  return { edges, counts: [...countBins(edges, values)] }
}

/**
 * Counts values by bin, missing ones last: `edges.length + 2` counts.
 *
 * @param stride distance of two values in `values`, to count a column of a row-major matrix in place
 */
export function countBins(edges: readonly number[], values: ArrayLike<number>, offset = 0, stride = 1): Float64Array {
  const counts = new Float64Array(edges.length + 2)
  for (let i = offset; i < values.length; i += stride) {
    const value = values[i]!
    if (Number.isNaN(value)) {
      counts[edges.length + 1]!++
      continue
    }
    let bin = 0
    while (bin < edges.length && edges[bin]! <= value) bin++
    counts[bin]!++
  }
  return counts
}

/** The nine deciles, each the value at that rank; equal ones once. */
function deciles(sorted: Float32Array | Float64Array): number[] {
  const cuts = Array.from({ length: 9 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / 10)]!)
  return [...new Set(cuts)]
}

/** The next 32-bit float, so that the greatest known value keeps a bin of its own. */
function justAbove(value: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value === 0 ? 0 : value)
  const bits = view.getInt32(0)
  view.setInt32(0, bits >= 0 ? bits + 1 : bits - 1)
  return view.getFloat32(0)
}
