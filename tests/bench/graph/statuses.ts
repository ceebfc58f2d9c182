import { loadSettings } from '../../../lib/config/index.ts'
import { assetStatuses } from '../../../materializations/operations/status.ts'
import { openSession, type Session } from '../../../materializations/session.ts'
import type { Contest, Workload } from '../workload.ts'
import { type Arena, openArena } from './arena.ts'
import { insideFigures, insideRows, processFigures, processRows, requireEqual } from './figures.ts'
import { assetCount, type Shape, scaled, shapeOf } from './shape.ts'

interface Statused {
  readonly key: string
  readonly partitions: { readonly fresh: number; readonly stale: number; readonly missing: number }
}

/** Counts as Dagster gives them. */
export type Counts = Readonly<Record<string, number>>

/** Sums our statuses up in Dagster's words; what is zero is left out, as there. */
export function countsOf(statuses: readonly Statused[]): Counts {
  const counts = { FRESH: 0, STALE: 0, MISSING: 0 }
  for (const { partitions } of statuses) {
    counts.FRESH += partitions.fresh
    counts.STALE += partitions.stale
    counts.MISSING += partitions.missing
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

/** Everything made once, on both sides, by real runs. */
export async function openMade(shape: Shape): Promise<Arena & { readonly definitions: string }> {
  const arena = await openArena()
  try {
    const definitions = await arena.project(shape)
    await arena.ottok(definitions, ['materialize', '*'])
    await arena.dagster(shape, 'materialize', {}, 'tuned')
    return { ...arena, definitions }
  } catch (error) {
    await arena.close()
    throw error
  }
}

/** Our session on the arena's database, as a program that stays would hold it. */
export async function openOurs(arena: Arena, definitions: string): Promise<Session> {
  const home = arena.env.OTTOK_HOME!
  return openSession({
    settings: await loadSettings({ home, environment: 'bench', env: arena.env }),
    definitionsFile: definitions,
  })
}

/** One status of everything a process; `rows` are what `statusFigures` gives beside the time. */
function statusRows(workload: string) {
  return [
    ...processRows(workload),
    { workload: `${workload}, statements`, unit: 'count', better: 'lower', goal: null } as const,
  ]
}

async function oursInNewProcess(arena: Arena, definitions: string, expected: Counts): Promise<number[]> {
  const { result, statements } = await arena.ours.statements(() => arena.ottok<Statused[]>(definitions, ['status']))
  requireEqual('our status', countsOf(result.answer), expected)
  return [...processFigures(result), statements]
}

async function theirsInNewProcess(arena: Arena, shape: Shape, expected: Counts): Promise<number[]> {
  const { result, statements } = await arena.theirs.statements(() =>
    arena.dagster<Counts>(shape, 'status', {}, 'tuned'),
  )
  requireEqual("Dagster's status", sorted(result.answer), expected)
  return [...processFigures(result), statements]
}

const sorted = (counts: Counts): Counts =>
  Object.fromEntries(['FRESH', 'STALE', 'MISSING'].flatMap((word) => (counts[word] ? [[word, counts[word]]] : [])))

/** Nothing has changed: what a scheduled job asks most of the time. */
function freshInNewProcess(): Workload {
  const shape = shapeOf(scaled(1000))
  const expected = { FRESH: assetCount(shape) }
  const workload = `graph/status of ${assetCount(shape)} fresh assets, new process`
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal: 20,
    beside: statusRows(workload),
    async prepare(): Promise<Contest> {
      const arena = await openMade(shape)
      return {
        peer: arena.peer,
        ours: () => oursInNewProcess(arena, arena.definitions, expected),
        theirs: () => theirsInNewProcess(arena, shape, expected),
        close: arena.close,
      }
    },
  }
}

/** Dagster's status without its imports and without the loading of definitions: what its web server does. */
function freshInRunningProcess(): Workload {
  const shape = shapeOf(scaled(1000))
  const expected = { FRESH: assetCount(shape) }
  const workload = `graph/status of ${assetCount(shape)} fresh assets, running process`
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal: 20,
    beside: insideRows(workload),
    async prepare(): Promise<Contest> {
      const arena = await openMade(shape)
      const session = await openOurs(arena, arena.definitions)
      const python = await arena.stayingDagster(shape)
      return {
        peer: arena.peer,
        ours: () =>
          insideFigures(async () => {
            const statuses = assetStatuses(await session.state(), session.graph.order)
            requireEqual('our status', countsOf(statuses), expected)
          }),
        async theirs() {
          const { took, counts } = await python.call<{ took: number[]; counts: Counts }>('status_again', {})
          requireEqual("Dagster's status", sorted(counts), expected)
          return took
        },
        async close() {
          await python.close()
          await session.close()
          await arena.close()
        },
      }
    },
  }
}

/**
 * The code of one asset that others read has changed, each time anew. Ours is edited in its file and found by what the
 * code is; Dagster is told another code version.
 */
function editedRoot(): Workload {
  const shape = shapeOf(scaled(1000))
  const expected = { FRESH: assetCount(shape) - 1, STALE: 1 }
  const workload = `graph/status of ${assetCount(shape)} assets after an edit of one, new process`
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal: 20,
    beside: statusRows(workload),
    async prepare(): Promise<Contest> {
      const arena = await openMade(shape)
      let edits = 1
      const edited = () => ({ ...shape, rootVersion: String(edits) })
      return {
        peer: arena.peer,
        async ours() {
          edits++
          return oursInNewProcess(arena, await arena.project(edited()), expected)
        },
        theirs: () => theirsInNewProcess(arena, edited(), expected),
        close: arena.close,
      }
    },
  }
}

export const workloads: readonly Workload[] = [freshInNewProcess(), freshInRunningProcess(), editedRoot()]
