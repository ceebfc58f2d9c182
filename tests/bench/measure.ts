import type { Contest, Figure, Figures, Row, Workload } from './workload.ts'

/** Fewer runs than this make no median worth quoting. */
export const LEAST_RUNS = 5

/** A side whose first run took longer than this is run once. */
const SLOW_MS = 120_000

export interface MeasureOptions {
  readonly runs: number
  readonly machine: string
  readonly slowMs?: number
}

interface Side {
  readonly run: () => Promise<Figures>
  readonly taken: (readonly number[])[]
  readonly isSlow: boolean
}

/**
 * Runs a workload: once unmeasured on each side (caches, lazy loading), then `runs` times in turn, ours first, so that
 * a machine that slows down or speeds up does so for both. What takes minutes gains nothing from a warm cache: there
 * the first run is measured and is the only one.
 *
 * @returns a row for the workload and for each figure beside it
 */
export async function measure(workload: Workload, options: MeasureOptions): Promise<Row[]> {
  const { runs, machine, slowMs = SLOW_MS } = options
  if (runs < LEAST_RUNS) throw new Error(`A benchmark needs at least ${LEAST_RUNS} runs, got ${runs}`)
  const contest = await workload.prepare()
  try {
    const sides = [await begin(() => contest.ours(), slowMs), await begin(() => contest.theirs(), slowMs)] as const
    for (let run = 0; run < runs; run++) {
      for (const side of sides) if (!side.isSlow) side.taken.push(listOf(await side.run()))
    }
    return [workload, ...(workload.beside ?? [])].map((figure, index) => rowOf(figure, index, sides, contest, machine))
  } finally {
    await contest.close()
  }
}

async function begin(run: () => Promise<Figures>, slowMs: number): Promise<Side> {
  const started = performance.now()
  const figures = listOf(await run())
  const isSlow = performance.now() - started > slowMs
  return { run, taken: isSlow ? [figures] : [], isSlow }
}

function listOf(figures: Figures): readonly number[] {
  return typeof figures === 'number' ? [figures] : figures
}

function rowOf(figure: Figure, index: number, [left, right]: readonly [Side, Side], contest: Contest, machine: string) {
  const ours = median(left.taken.map((figures) => figures[index]!))
  const theirs = median(right.taken.map((figures) => figures[index]!))
  return {
    workload: figure.workload,
    unit: figure.unit,
    ours,
    peer: contest.peer,
    theirs,
    ratio: figure.better === 'lower' ? theirs / ours : ours / theirs,
    goal: figure.goal,
    runs: Math.min(left.taken.length, right.taken.length),
    machine,
    ...(contest.aucGap ? { aucGap: contest.aucGap() } : {}),
  }
}

/** Middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('No values, no median')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Wall time of `act` in ms. */
export async function milliseconds(act: () => unknown): Promise<number> {
  const started = performance.now()
  await act()
  return performance.now() - started
}
