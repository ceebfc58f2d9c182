import { traceLineage } from '../../../materializations/operations/trace-lineage.ts'
import type { Contest, Workload } from '../workload.ts'
import { insideFigures, insideRows, requireEqual } from './figures.ts'
import { assetCount, nameOf, scaled, shapeOf } from './shape.ts'
import { openMade, openOurs } from './statuses.ts'

/**
 * What one asset was made from, all layers up. Ours follows recorded versions; Dagster keeps none to follow, so its graph
 * is walked and the newest record of each asset on the way is read.
 */
function upwards(): Workload {
  const shape = shapeOf(scaled(5000))
  const { layers, width } = shape
  // Each level up is one asset wider, until the layer is full.
  const nodes = Array.from({ length: layers }, (_, level) => Math.min(level + 1, width)).reduce((a, b) => a + b)
  const workload = `graph/lineage ${layers} deep in ${assetCount(shape)} assets, running process`
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal: null,
    beside: insideRows(workload),
    async prepare(): Promise<Contest> {
      const arena = await openMade(shape)
      const session = await openOurs(arena, arena.definitions)
      const python = await arena.stayingDagster(shape)
      const key = `bench/${nameOf(layers - 1, width - 1)}`
      return {
        peer: arena.peer,
        ours: () =>
          insideFigures(async () => {
            const found = await traceLineage(session, { key, up: layers })
            requireEqual('our lineage', found.nodes.length, nodes)
          }),
        async theirs() {
          const { took, nodes: found } = await python.call<{ took: number[]; nodes: number }>('lineage', {
            depth: layers,
          })
          requireEqual("Dagster's lineage", found, nodes)
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

export const workloads: readonly Workload[] = [upwards()]
