/** Lives all shards of a world, in threads of their own or in this one. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { OttokError } from '../../../config/errors.ts'
import { type Scene, SHARDS, type ShardDay, type ThreadTask } from './protocol.ts'
import { createShard } from './shard.ts'
import type { Stage } from './stage.ts'

/** Account-days below which starting threads takes longer than living them here. */
const SMALL_WORLD = 500_000

export interface Crew {
  /** What the shards left of `day`, in their order. Days must be asked for one after the other; several may be open. */
  live(day: number): Promise<readonly ShardDay[]>
  /** Ends the threads. */
  close(): Promise<void>
}

/** Threads for a world of this size on this machine; 0 = it is lived in the calling thread. */
export function threadsFor(scene: Scene): number {
  if (scene.users * (scene.days + scene.parameters.burnInDays) < SMALL_WORLD) return 0
  return Math.min(SHARDS, availableParallelism())
}

/**
 * @param threads 0 .. SHARDS; the shards are dealt out among them
 * @throws OttokError when the worker was not built
 */
export function startCrew(stage: Stage, threads: number): Crew {
  if (threads === 0) {
    const shards = Array.from({ length: SHARDS }, (_, index) => createShard(stage, index))
    return { live: async (day) => shards.map((shard) => shard.live(day)), close: () => Promise.resolve() }
  }
  const all = Array.from({ length: SHARDS }, (_, index) => index)
  const crew = Array.from({ length: threads }, (_, thread) => {
    const shards = all.filter((index) => index % threads === thread)
    return { shards, thread: startThread({ scene: stage.scene, shards }) }
  })
  return {
    async live(day) {
      const lived = await Promise.all(crew.map(({ thread }) => thread.live(day)))
      const byShard: ShardDay[] = []
      for (const [member, days] of lived.entries()) {
        for (const [nth, shard] of (crew[member]?.shards ?? []).entries()) byShard[shard] = days[nth] as ShardDay
      }
      return byShard
    },
    async close() {
      await Promise.all(crew.map(({ thread }) => thread.end()))
    },
  }
}

interface Thread {
  live(day: number): Promise<readonly ShardDay[]>
  end(): Promise<void>
}

function startThread(task: ThreadTask): Thread {
  const worker = new Worker(workerPath(), { workerData: task })
  const waiting: { resolve(days: readonly ShardDay[]): void; reject(error: unknown): void }[] = []
  let broken: unknown
  const fail = (error: unknown): void => {
    broken ??= error
    for (const { reject } of waiting.splice(0)) reject(broken)
  }
  // Answers come in the order of the days.
  worker.on('message', (days: readonly ShardDay[]) => waiting.shift()?.resolve(days))
  worker.on('error', fail)
  worker.on('exit', () => {
    fail(
      new OttokError({
        what: 'a thread of the simulation ended',
        cause: 'It was closed, or died, before its world was over.',
        mend: 'Run again; if it happens again, free some memory or simulate fewer users.',
      }),
    )
  })
  return {
    live: (day) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) return reject(broken)
        waiting.push({ resolve, reject })
        worker.postMessage(day)
      }),
    end: async () => {
      await worker.terminate()
    },
  }
}

function workerPath(): string {
  const path = fileURLToPath(import.meta.resolve('ottok/workers/shards'))
  if (existsSync(path)) return path
  throw new OttokError({
    what: `cannot start the simulation's worker ${path}`,
    cause: 'It was not built.',
    mend: 'Run: npm run build',
  })
}
