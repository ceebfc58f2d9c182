import type { Took } from '../measured-child.ts'
import type { Contest, Figure, Workload } from '../workload.ts'
import { openArena, type Tuning } from './arena.ts'
import { processFigures, processRows, requireEqual } from './figures.ts'
import { assetCount, cellCount, endOf, FIRST_DAY, type Shape, scaled, shapeOf } from './shape.ts'
import type { Storage } from './storage.ts'

interface Ran {
  readonly status: string
  readonly steps: readonly unknown[]
}

/** What a run leaves in PostgreSQL, and asks of it, for each materialization. */
function storedRows(workload: string): Figure[] {
  const row = (what: string, unit: string, goal: number | null): Figure => {
    return { workload: `${workload}, ${what} a materialization`, unit, better: 'lower', goal }
  }
  return [row('PostgreSQL bytes', 'bytes', 5), row('PostgreSQL rows', 'rows', null), row('statements', 'count', null)]
}

/** Runs, and takes the figures of process and storage. Each run makes everything anew. */
async function figuresOf(storage: Storage, cells: number, run: () => Promise<Took>): Promise<number[]> {
  const before = await storage.size()
  const { result, statements } = await storage.statements(run)
  const after = await storage.size()
  const stored = [after.bytes - before.bytes, after.rows - before.rows, statements]
  return [...processFigures(result), ...stored.map((figure) => figure / cells)]
}

interface Making {
  readonly workload: string
  readonly shape: Shape
  readonly goal: number | null
  readonly tuning: Tuning
  /** Of `ottok materialize`, beside the selection. */
  readonly options: readonly string[]
  /** Function of peer_dagster.py and its arguments. */
  readonly call: readonly [name: string, args: object]
}

/** Makes all that the shape has in one process of each side, also what is fresh. */
function making({ workload, shape, goal, tuning, options, call }: Making): Workload {
  const cells = cellCount(shape)
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal,
    beside: [...processRows(workload), ...storedRows(workload)],
    async prepare(): Promise<Contest> {
      const arena = await openArena()
      const definitions = await arena.project(shape)
      return {
        peer: arena.peer,
        ours: () =>
          figuresOf(arena.ours, cells, async () => {
            const ran = await arena.ottok<Ran>(definitions, ['materialize', '*', '--force', ...options])
            requireEqual('our run', [ran.answer.status, ran.answer.steps.length], ['succeeded', cells])
            return ran
          }),
        theirs: () =>
          figuresOf(arena.theirs, cells, async () => {
            const ran = await arena.dagster<{ success: boolean }>(shape, ...call, tuning)
            requireEqual("Dagster's run", ran.answer, { success: true })
            return ran
          }),
        close: arena.close,
      }
    },
  }
}

/** Trivial assets: what is measured is the machinery around them. */
function materializing(goal: number | null, tuning: Tuning): Workload {
  const shape = shapeOf(scaled(1000))
  const workload = `graph/materialize ${assetCount(shape)} assets (Dagster ${tuning})`
  return making({ workload, shape, goal, tuning, options: [], call: ['materialize', {}] })
}

/**
 * A year of days of twenty assets. Dagster has two ways: a run for each day, or, where the assets allow it, one run that
 * makes all days, each asset in one call.
 */
function backfilling(goal: number | null, way: 'a run a day' | 'one run', tuning: Tuning): Workload {
  const days = Math.max(10, Math.round((365 * scaled(1000)) / 1000))
  const shape = shapeOf(20, { layers: 5, width: 4, partitions: { daily: days }, singleRun: way === 'one run' })
  const last = new Date(Date.parse(`${endOf({ daily: days })}Z`) - 1).toISOString().slice(0, 10)
  const partitions = Array.from({ length: days }, (_, day) => endOf({ daily: day }).slice(0, 10))
  return making({
    workload: `graph/backfill ${days} days x ${assetCount(shape)} assets (Dagster ${tuning}, ${way})`,
    shape,
    goal,
    tuning,
    options: ['--from', FIRST_DAY, '--to', last],
    call: ['backfill', { partitions }],
  })
}

export const workloads: readonly Workload[] = [
  materializing(10, 'as shipped'),
  materializing(null, 'tuned'),
  backfilling(10, 'one run', 'as shipped'),
  backfilling(null, 'one run', 'tuned'),
  backfilling(10, 'a run a day', 'as shipped'),
]
