import type { Workload } from './workload.ts'

/** Name on the command line to the file that exports its `workloads`; loaded only when asked for. */
export const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly workloads: readonly Workload[] }>>> = {
  graph: () => import('./graph.bench.ts'),
  models: () => import('./models.bench.ts'),
}
