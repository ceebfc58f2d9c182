import { workloads as defining } from './graph/defining.ts'
import { workloads as hours } from './graph/hours.ts'
import { workloads as lineage } from './graph/lineage.ts'
import { workloads as runs } from './graph/runs.ts'
import { workloads as statuses } from './graph/statuses.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [...defining, ...statuses, ...lineage, ...runs, ...hours]
