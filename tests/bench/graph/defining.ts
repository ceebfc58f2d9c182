import { resolve } from 'node:path'
import { asset, defineGraph, type FunctionAsset, value } from '../../../lib/graph/index.ts'
import type { Workload } from '../workload.ts'
import { openArena } from './arena.ts'
import { insideFigures, insideRows, processFigures, processRows, requireEqual } from './figures.ts'
import { assetCount, nameOf, type Shape, scaled, shapeOf } from './shape.ts'

/** From nothing to a checked graph, in a process that is running. */
function defining(assets: number): Workload {
  const workload = `graph/define ${assets} assets, running process`
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal: null,
    beside: insideRows(workload),
    async prepare() {
      const arena = await openArena()
      const shape = shapeOf(assets)
      const python = await arena.stayingDagster(shapeOf(10))
      return {
        peer: arena.peer,
        ours: () => insideFigures(() => requireEqual('our graph', buildGraph(shape).order.length, assets)),
        async theirs() {
          const { took, assets: built } = await python.call<{ took: number[]; assets: number }>('define', { shape })
          requireEqual("Dagster's graph", built, assets)
          return took
        },
        async close() {
          await python.close()
          await arena.close()
        },
      }
    },
  }
}

function buildGraph(shape: Shape) {
  const assets: FunctionAsset[] = []
  for (let layer = 0; layer < shape.layers; layer++) {
    for (let column = 0; column < shape.width; column++) {
      const above = (offset: number) => assets[(layer - 1) * shape.width + ((column + offset) % shape.width)]!
      assets.push(
        asset({
          key: `bench/${nameOf(layer, column)}`,
          deps: layer === 0 ? {} : { left: above(0), right: above(1) },
          store: value,
          materialize: async () => ({ kind: 'value', value: '1' }),
        }),
      )
    }
  }
  return defineGraph({ assets })
}

/** The names of all assets, from a process that starts for it. Ours also derives the code versions. */
function listing(): Workload {
  const shape = shapeOf(scaled(1000))
  const workload = `graph/list ${assetCount(shape)} assets, new process`
  return {
    workload,
    unit: 'ms',
    better: 'lower',
    goal: null,
    beside: processRows(workload),
    async prepare() {
      const arena = await openArena()
      const definitions = await arena.project(shape)
      const file = resolve('tests/bench/peer_dagster_defs.py')
      return {
        peer: arena.peer,
        async ours() {
          const took = await arena.ottok<unknown[]>(definitions, ['assets'])
          requireEqual('listed by us', took.answer.length, assetCount(shape))
          return processFigures(took)
        },
        async theirs() {
          const took = await arena.dagsterCommand(shape, ['asset', 'list', '-f', file])
          requireEqual('listed by Dagster', took.stdout.trim().split('\n').length, assetCount(shape))
          return processFigures(took)
        },
        close: arena.close,
      }
    },
  }
}

export const workloads: readonly Workload[] = [
  defining(scaled(1000)),
  defining(scaled(5000)),
  defining(scaled(10_000)),
  listing(),
]
