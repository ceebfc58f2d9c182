import { milliseconds } from '../measure.ts'
import type { Took } from '../measured-child.ts'
import type { Figure } from '../workload.ts'

/** What every measured process tells beside its wall time, in the order of `processFigures`. */
export function processRows(workload: string): Figure[] {
  return [
    { workload: `${workload}, processor time`, unit: 'ms', better: 'lower', goal: null },
    { workload: `${workload}, peak memory`, unit: 'MiB', better: 'lower', goal: null },
  ]
}

/** Wall time, then the figures of `processRows`. */
export function processFigures({ ms, cpuMs, memoryBytes }: Took): number[] {
  return [ms, cpuMs, memoryBytes / 2 ** 20]
}

/** What is measured inside of a process that is running. */
export function insideRows(workload: string): Figure[] {
  return [{ workload: `${workload}, processor time`, unit: 'ms', better: 'lower', goal: null }]
}

/** Wall and processor time of `act` in this process, as `insideRows` wants them. */
export async function insideFigures(act: () => unknown): Promise<number[]> {
  const cpu = process.cpuUsage()
  const ms = await milliseconds(act)
  const { user, system } = process.cpuUsage(cpu)
  return [ms, (user + system) / 1000]
}

/** A benchmark of two sides that answer differently measures nothing. */
export function requireEqual(what: string, found: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (left !== right) throw new Error(`${what}: expected ${right}, found ${left}`)
}
