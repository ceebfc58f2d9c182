import { type Interval, type IntervalSet, intervalSet } from '../interval-set.ts'
import { endTime, firstTime, isDated } from '../partitions/calendar.ts'
import { type PartitionSpace, timeOf } from '../partitions/space.ts'
import { type Grain, type TimePartitions, timeOfDay } from '../partitions/time-partitions.ts'
import type { Timeline } from '../partitions/timeline.ts'
import type { TimeJoin } from './join.ts'

/** Times of the upstream that each time of the downstream reads. */
export interface TimeWindow {
  /** `[from, to)`; nothing is read when `to <= from`. Neither end ever moves back as time goes on. */
  readonly at: (time: number) => Interval
  /** Whether the windows of neighbours leave no gap, so that those of a stretch are their hull. */
  readonly touching: boolean
}

export function timeWindowOf(
  join: TimeJoin,
  down: PartitionSpace,
  up: PartitionSpace,
  upstreamExisting: IntervalSet,
): TimeWindow {
  if (!up.time || !up.line) return constant(0, 1)
  const [first, end] = [firstTime(up.time), endTime(up.time)]
  const existingEnd = upstreamExisting.length === 0 ? first : timeOf(up, upstreamExisting.at(-1)![1] - 1) + 1
  if (join.kind === 'fixed') return constant(join.from, join.to)
  if (join.kind === 'identity') return { at: (time) => [time, time + 1], touching: true }
  if (join.kind === 'last') return constant(Math.max(first, existingEnd - 1), existingEnd)
  if (join.kind === 'all' || !down.time || !down.line) return constant(first, existingEnd)

  const [firstOverlapped, lastOverlapped] = overlapOf(down.time, down.line, up.time, up.line)
  if (join.kind === 'trailing') {
    const { count, endOffset } = join
    return {
      at: (time) => {
        const to = lastOverlapped(time) + 1 + endOffset
        return [count === null ? first : Math.max(first, to - count), Math.min(end, to)]
      },
      touching: count === null || count >= mostPerWindow(down, up),
    }
  }
  const { startOffset, endOffset } = join
  return {
    at: (time) => [
      Math.max(first, firstOverlapped(time) + startOffset),
      Math.min(end, lastOverlapped(time) + 1 + endOffset),
    ],
    touching: startOffset <= 0 && endOffset >= 0,
  }
}

type Overlapped = (time: number) => number

/** First and last window of the upstream that share time with one of the downstream. */
function overlapOf(
  down: TimePartitions,
  line: Timeline,
  up: TimePartitions,
  upLine: Timeline,
): [first: Overlapped, last: Overlapped] {
  if (line === upLine) return [(time) => time, (time) => time]
  const sameDays = isDated(down) && isDated(up) && down.timezone === up.timezone && timeOfDay(down) === timeOfDay(up)
  // Whole days of one zone need no clock.
  if (sameDays) {
    const holding = (day: number): number => upLine.fromDay(day + 1) - 1
    return [(time) => holding(line.firstDay(time)), (time) => holding(line.firstDay(time + 1) - 1)]
  }
  return [(time) => upLine.at(line.start(time)), (time) => upLine.at(line.start(time + 1) - 1)]
}

/** Generous bounds on how many windows of the upstream begin within one of the downstream. */
const MOST: Readonly<Record<Grain, Readonly<Record<Grain, number>>>> = {
  hour: { hour: 4, day: 3, week: 2, month: 2, cron: Number.POSITIVE_INFINITY },
  day: { hour: 50, day: 3, week: 2, month: 2, cron: Number.POSITIVE_INFINITY },
  week: { hour: 200, day: 10, week: 3, month: 2, cron: Number.POSITIVE_INFINITY },
  month: { hour: 800, day: 34, week: 7, month: 3, cron: Number.POSITIVE_INFINITY },
  cron: {
    hour: Number.POSITIVE_INFINITY,
    day: Number.POSITIVE_INFINITY,
    week: Number.POSITIVE_INFINITY,
    month: Number.POSITIVE_INFINITY,
    cron: Number.POSITIVE_INFINITY,
  },
}

function mostPerWindow(down: PartitionSpace, up: PartitionSpace): number {
  return down.line === up.line ? 1 : MOST[down.time!.grain][up.time!.grain]
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
    const first = firstWhere(extent, (time) => window.at(time)[1] > from)
    const end = firstWhere(extent, (time) => window.at(time)[0] >= to)
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
function firstWhere([from, to]: Interval, holds: (time: number) => boolean): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
