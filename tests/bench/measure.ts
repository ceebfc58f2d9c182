import type { Row, Workload } from './workload.ts'

/** Fewer runs than this make no median worth quoting. */
export const LEAST_RUNS = 5

/**
 * Runs a workload: once unmeasured on each side (caches, lazy loading), then `runs` times in turn, ours first, so that
 * a machine that slows down or speeds up does so for both.
 */
export async function measure(workload: Workload, { runs, machine }: { runs: number; machine: string }): Promise<Row> {
  if (runs < LEAST_RUNS) throw new Error(`A benchmark needs at least ${LEAST_RUNS} runs, got ${runs}`)
  const contest = await workload.prepare()
  try {
    await contest.ours()
    await contest.theirs()
    const ours: number[] = []
    const theirs: number[] = []
    for (let run = 0; run < runs; run++) {
      ours.push(await contest.ours())
      theirs.push(await contest.theirs())
    }
    const row = { ours: median(ours), theirs: median(theirs) }
    return {
      workload: workload.workload,
      unit: workload.unit,
      ours: row.ours,
      peer: contest.peer,
      theirs: row.theirs,
      ratio: workload.better === 'lower' ? row.theirs / row.ours : row.ours / row.theirs,
      goal: workload.goal,
      runs,
      machine,
      ...(contest.aucGap ? { aucGap: contest.aucGap() } : {}),
    }
  } finally {
    await contest.close()
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
