/** Lends a fixed number of things, first come, first served. */
export interface Pool<T> {
  /** Runs `work` with one of the things, which nobody else has meanwhile. */
  use<R>(work: (item: T) => Promise<R>): Promise<R>
  /** Resolves when nobody has anything and nobody waits; later calls of `use` reject. */
  drain(): Promise<void>
}

export function createPool<T>(items: readonly T[]): Pool<T> {
  const free = [...items]
  const waiting: ((item: T) => void)[] = []
  const idle: (() => void)[] = []
  let closed = false
  const release = (item: T): void => {
    const next = waiting.shift()
    if (next !== undefined) {
      next(item)
      return
    }
    free.push(item)
    if (free.length === items.length) for (const tell of idle.splice(0)) tell()
  }
  return {
    use: async (work) => {
      if (closed) throw new Error('the connections are closed')
      const item = free.pop() ?? (await new Promise<T>((resolve) => waiting.push(resolve)))
      try {
        return await work(item)
      } finally {
        release(item)
      }
    },
    drain: async () => {
      closed = true
      if (free.length < items.length) await new Promise<void>((resolve) => idle.push(resolve))
    },
  }
}
