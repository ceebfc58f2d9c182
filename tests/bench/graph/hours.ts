import { randomUUID } from 'node:crypto'
import { partitionKey, sets } from '../../../lib/graph/index.ts'
import { apply } from '../../../materializations/executor/apply.ts'
import { type NewVersion, recordVersions } from '../../../materializations/lineage/record.ts'
import type { GraphState } from '../../../materializations/planner/graph-state.ts'
import type { Session } from '../../../materializations/session.ts'
import type { Contest, Figure, Workload } from '../workload.ts'
import { openArena } from './arena.ts'
import { processFigures, processRows, requireEqual } from './figures.ts'
import { assetCount, cellCount, nameOf, partitionCount, type Shape, scaled, shapeOf } from './shape.ts'
import { type Counts, countsOf, openOurs } from './statuses.ts'

/**
 * Dagster is asked for every 20th partition only, and the time of these is multiplied: it asks PostgreSQL about each
 * partition by itself, so that all 500,000 take hours. What it does once is not multiplied.
 */
const EVERY = 20

/** The hour whose data change; Dagster's sample holds it. */
const CHANGED = 2 * EVERY

const BATCH = 2000

/** Records every partition of every asset as made, by what a run records with. */
async function writePartitions(session: Session): Promise<void> {
  const state = await session.state()
  for (const key of session.graph.order) {
    const ordinals = [...sets.ordinals(state.asset(key).existing)]
    for (let from = 0; from < ordinals.length; from += BATCH) {
      await record(session, state, key, ordinals.slice(from, from + BATCH), 'c1:first')
    }
  }
}

async function changeHour(session: Session): Promise<void> {
  const state = await session.state()
  const key = `bench/${nameOf(0, 0)}`
  const ordinal = [...sets.ordinals(state.asset(key).existing)][CHANGED]!
  await record(session, state, key, [ordinal], 'c1:changed')
}

async function record(session: Session, state: GraphState, key: string, ordinals: readonly number[], version: string) {
  const runId = randomUUID()
  const versions = ordinals.map(
    (ordinal, stepNo): NewVersion => ({
      assetKey: key,
      partition: partitionKey(state.asset(key).space, ordinal),
      runId,
      stepNo,
      codeVersion: state.code.get(key)!,
      dataVersion: version,
      partitionsSignature: state.partitionsSignature(key),
      inputs: state.inputs(key, ordinal),
      location: { kind: 'value', value: version },
      metadata: {},
      asOf: state.now,
    }),
  )
  apply(state, await recordVersions(session.lineage, versions))
}

interface Sampled {
  readonly counts: Counts
  readonly cells: number
  readonly onceMs: number
  readonly cellsMs: number
}

/** One hour of the first asset has other data; two assets that read it are stale for that hour, all else is fresh. */
function changedHour(): Workload {
  const shape: Shape = shapeOf(50, { layers: 5, width: 10, partitions: { hourly: scaled(10_000) } })
  const cells = cellCount(shape)
  const workload = `graph/status of ${assetCount(shape)} assets x ${partitionCount(shape)} hours after a change, new process`
  const statements: Figure = { workload: `${workload}, statements`, unit: 'count', better: 'lower', goal: null }
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal: 20,
    beside: [...processRows(workload), statements],
    async prepare(): Promise<Contest> {
      const arena = await openArena()
      try {
        const definitions = await arena.project(shape)
        const session = await openOurs(arena, definitions)
        try {
          await writePartitions(session)
          await changeHour(session)
        } finally {
          await session.close()
        }
        await arena.dagster(shape, 'write_partitions', { url: arena.theirs.url })
        await arena.dagster(shape, 'change', { index: CHANGED })
        // VACUUM and ANALYZE, on both sides.
        await arena.ours.size()
        await arena.theirs.size()
        return {
          peer: `${arena.peer}, every ${EVERY}th partition, its time and statements multiplied`,
          async ours() {
            const { result, statements: asked } = await arena.ours.statements(() =>
              arena.ottok<Parameters<typeof countsOf>[0]>(definitions, ['status']),
            )
            requireEqual('our status', countsOf(result.answer), { FRESH: cells - 2, STALE: 2 })
            return [...processFigures(result), asked]
          },
          async theirs() {
            const { result, statements: asked } = await arena.theirs.statements(() =>
              arena.dagster<Sampled>(shape, 'status_of_partitions', { every: EVERY }, 'tuned'),
            )
            const { counts, cells: sampled, onceMs, cellsMs } = result.answer
            requireEqual("Dagster's status", { ...counts }, { FRESH: sampled - 2, STALE: 2 })
            const times = cells / sampled
            const startMs = result.ms - onceMs - cellsMs
            const [, cpuMs, memory] = processFigures(result) as [number, number, number]
            // Processor time is not told apart; all but the start grows with the partitions.
            return [
              startMs + onceMs + cellsMs * times,
              cpuMs * (1 + ((times - 1) * cellsMs) / result.ms),
              memory,
              asked * times,
            ]
          },
          close: arena.close,
        }
      } catch (error) {
        await arena.close()
        throw error
      }
    },
  }
}

export const workloads: readonly Workload[] = [changedHour()]
