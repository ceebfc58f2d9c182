// A thread that lives some shards of a world. Bundled to dist/workers/shards.js; started by crew.ts and by nothing else.
import { parentPort, workerData } from 'node:worker_threads'
import type { ShardDay, ThreadTask } from './protocol.ts'
import { createShard } from './shard.ts'
import { setStage } from './stage.ts'

const port = parentPort
if (port === null) throw new Error('worker.ts runs in a worker thread only')
const { scene, shards } = workerData as ThreadTask
const stage = setStage(scene)
const own = shards.map((index) => createShard(stage, index))

port.on('message', (day: number) => {
  const lived = own.map((shard) => shard.live(day))
  port.postMessage(lived, lived.flatMap(buffersOf))
})

/** Handed over, not copied: a day's rows are many megabytes. */
function buffersOf({ closed }: ShardDay): ArrayBuffer[] {
  return closed.flatMap(({ part }) => {
    const arrays = part.kind === 'table' ? [part.group.bytes] : [part.bytes, part.ends, part.arrivedMs]
    return arrays.map((array) => array.buffer as ArrayBuffer)
  })
}
