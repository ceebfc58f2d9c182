import type { Step } from './schedule.ts'

/** Steps that may start, lowest number first. */
export interface ReadySteps {
  readonly size: number
  add(step: Step): void
  /** The lowest number; undefined when there is none. */
  first(): Step | undefined
  takeFirst(): Step
}

/** A binary heap: a backfill has tens of thousands of steps that are ready together. */
export function readySteps(): ReadySteps {
  const heap: Step[] = []
  const isBefore = (a: number, b: number) => heap[a]!.no < heap[b]!.no
  const swap = (a: number, b: number) => {
    const step = heap[a]!
    heap[a] = heap[b]!
    heap[b] = step
  }
  return {
    get size() {
      return heap.length
    },
    add: (step) => {
      heap.push(step)
      let at = heap.length - 1
      while (at > 0) {
        const above = (at - 1) >> 1
        if (!isBefore(at, above)) break
        swap(at, above)
        at = above
      }
    },
    first: () => heap[0],
    takeFirst: () => {
      const [first] = heap
      const end = heap.pop()
      if (first === undefined || end === undefined) throw new Error('unreachable: no step is ready')
      if (heap.length > 0) {
        heap[0] = end
        let at = 0
        for (;;) {
          const [left, right] = [2 * at + 1, 2 * at + 2]
          let least = at
          if (left < heap.length && isBefore(left, least)) least = left
          if (right < heap.length && isBefore(right, least)) least = right
          if (least === at) break
          swap(at, least)
          at = least
        }
      }
      return first
    },
  }
}
