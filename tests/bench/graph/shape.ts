/** A graph of trivial assets in layers, each of which reads two of the layer before; both sides build it. */
export interface Shape {
  readonly layers: number
  /** Assets in a layer. */
  readonly width: number
  readonly partitions: { readonly daily: number } | { readonly hourly: number } | null
  /** Stands in the code of the first asset of the first layer. */
  readonly rootVersion: string
  /** Whether one call may make many partitions of an asset. */
  readonly singleRun: boolean
}

/** Ten layers deep, without partitions, unless said otherwise. */
export function shapeOf(assets: number, rest: Partial<Shape> = {}): Shape {
  const layers = Math.min(10, assets)
  return { layers, width: assets / layers, partitions: null, rootVersion: '1', singleRun: false, ...rest }
}

export function assetCount({ layers, width }: Shape): number {
  return layers * width
}

export function partitionCount({ partitions }: Shape): number {
  if (partitions === null) return 1
  return 'daily' in partitions ? partitions.daily : partitions.hourly
}

/** Materializations that make everything once. */
export function cellCount(shape: Shape): number {
  return assetCount(shape) * partitionCount(shape)
}

/** Last part of an asset's key, and the constant that holds it: `a03_0017`. */
export function nameOf(layer: number, column: number): string {
  return `a${String(layer).padStart(2, '0')}_${String(column).padStart(4, '0')}`
}

const FIRST = Date.UTC(2025, 0, 1)
const HOUR_MS = 3_600_000

export const FIRST_DAY = '2025-01-01'

/** Where the partitions end (exclusive), as `YYYY-MM-DDTHH:MM`; all of them lie in the past. */
export function endOf(partitions: NonNullable<Shape['partitions']>): string {
  const hours = 'daily' in partitions ? partitions.daily * 24 : partitions.hourly
  return new Date(FIRST + hours * HOUR_MS).toISOString().slice(0, 16)
}

/** OTTOK_BENCH_SCALE divides the sizes of all workloads, to try them; the names in the output tell the sizes that were run. */
export function scaled(size: number): number {
  const scale = Number(process.env.OTTOK_BENCH_SCALE ?? 1)
  if (!(scale >= 1))
    throw new Error(`OTTOK_BENCH_SCALE must be a number from 1 up, not ${process.env.OTTOK_BENCH_SCALE}`)
  return Math.max(10, Math.round(size / scale / 10) * 10)
}
