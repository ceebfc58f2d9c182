import { type Interval, type IntervalSet, intervalSet } from '../interval-set.ts'
import { firstDay, ordinalOfDay, timeOrdinal } from '../partitions/calendar.ts'
import { type PartitionSpace, timeOf } from '../partitions/space.ts'
import type { PartitionMapping } from './mapping.ts'

/** Times of the upstream that each time of the downstream reads. */
export interface TimeWindow {
  /** `[from, to)`; nothing is read when `to <= from`. Neither end ever moves back as time goes on. */
  readonly at: (time: number) => Interval
  /** Whether the windows of neighbours leave no gap, so that those of a stretch are their hull. */
  readonly touching: boolean
}

/** The window of a mapping with its default resolved to `kind`. */
export function timeWindowOf(
  mapping: PartitionMapping,
  kind: PartitionMapping['kind'],
  down: PartitionSpace,
  up: PartitionSpace,
  upstreamExisting: IntervalSet,
): TimeWindow {
  if (!up.time) return constant(0, 1)
  const first = timeOrdinal(up.time, up.time.start)
  const end = up.time.end === undefined ? Number.POSITIVE_INFINITY : timeOrdinal(up.time, up.time.end)
  const existingEnd = upstreamExisting.length === 0 ? first : timeOf(up, upstreamExisting.at(-1)![1] - 1) + 1
  if (kind === 'identity') return { at: (time) => [time, time + 1], touching: true }
  if (kind === 'last') return constant(Math.max(first, existingEnd - 1), existingEnd)
  if ((kind !== 'overlap' && kind !== 'trailing') || !down.time) return constant(first, existingEnd)

  const { grain } = down.time
  const upGrain = up.time.grain
  const firstOverlapped = (time: number) => ordinalOfDay(upGrain, firstDay(grain, time))
  const lastOverlapped = (time: number) => ordinalOfDay(upGrain, firstDay(grain, time + 1) - 1)
  if (mapping.kind === 'trailing') {
    const { count, endOffset } = mapping
    return {
      at: (time) => {
        const to = lastOverlapped(time) + 1 + endOffset
        return [count === null ? first : Math.max(first, to - count), Math.min(end, to)]
      },
      touching: count === null || upGrain !== 'day' || grain === 'day' || count >= 31,
    }
  }
  const { startOffset, endOffset } = mapping.kind === 'overlap' ? mapping : { startOffset: 0, endOffset: 0 }
  return {
    at: (time) => [
      Math.max(first, firstOverlapped(time) + startOffset),
      Math.min(end, lastOverlapped(time) + 1 + endOffset),
    ],
    touching: startOffset <= 0 && endOffset >= 0,
  }
}

function constant(from: number, to: number): TimeWindow {
  return { at: () => [from, to], touching: true }
}

/** Upstream times that any of these downstream times reads. */
export function readTimes(window: TimeWindow, times: IntervalSet): IntervalSet {
  const read: Interval[] = []
  for (const [from, to] of times) {
    if (window.touching) read.push([window.at(from)[0], window.at(to - 1)[1]])
    else for (let time = from; time < to; time++) read.push(window.at(time))
  }
  return intervalSet(read)
}

/**
 * Downstream times within `extent` that read any of these upstream times. Window ends never move back,
 * so the readers of one stretch are one stretch, found by bisection.
 */
export function readingTimes(window: TimeWindow, upstream: IntervalSet, extent: Interval): IntervalSet {
  const readers: Interval[] = []
  for (const [from, to] of upstream) {
    const first = firstTime(extent, (time) => window.at(time)[1] > from)
    const end = firstTime(extent, (time) => window.at(time)[0] >= to)
    readers.push([first, end])
  }
  const stretches = intervalSet(readers)
  const [opens, closes] = [window.at(extent[0]), window.at(extent[1] - 1)]
  if (window.touching && opens[0] < opens[1] && closes[0] < closes[1]) return stretches
  // An empty window lies between its ends without reading anything.
  const reading: Interval[] = []
  for (const [from, to] of stretches) {
    for (let time = from; time < to; time++) {
      const [start, stop] = window.at(time)
      if (start < stop) reading.push([time, time + 1])
    }
  }
  return intervalSet(reading)
}

/** The first time of the extent from which a condition holds for good; its end when it never does. */
function firstTime([from, to]: Interval, holds: (time: number) => boolean): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
