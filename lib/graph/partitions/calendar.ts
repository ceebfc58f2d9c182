import { addMonths, DAY, HOUR, parseMonth } from './civil.ts'
import { dateLine, dayGrid, monthGrid, weekGrid } from './date-line.ts'
import { scheduleOf } from './schedule.ts'
import { tickLine } from './tick-line.ts'
import { boundWall, calendarText, type TimePartitions, timeOfDay } from './time-partitions.ts'
import type { Timeline } from './timeline.ts'
import { Zone } from './zone.ts'

/** Definitions with the same windows share a timeline, whatever their extent: it holds no state but caches. */
const lines = new Map<string, Timeline>()

interface Known {
  readonly line: Timeline
  first: number | undefined
  end: number | undefined
}

const known = new WeakMap<TimePartitions, Known>()

function knownOf(definition: TimePartitions): Known {
  let found = known.get(definition)
  if (!found) {
    found = { line: sharedLine(definition), first: undefined, end: undefined }
    known.set(definition, found)
  }
  return found
}

function sharedLine(definition: TimePartitions): Timeline {
  const text = calendarText(definition)
  let line = lines.get(text)
  if (!line) {
    line = lineOf(definition)
    lines.set(text, line)
  }
  return line
}

function lineOf(definition: TimePartitions): Timeline {
  const zone = Zone.of(definition.timezone)
  switch (definition.grain) {
    case 'hour':
      return tickLine(scheduleOf(`${definition.minuteOffset} * * * *`), zone)
    case 'cron':
      return tickLine(scheduleOf(definition.schedule!), zone)
    case 'day':
      return dateLine(dayGrid, timeOfDay(definition), zone)
    case 'week':
      return dateLine(weekGrid(definition.dayOffset), timeOfDay(definition), zone)
    case 'month':
      return dateLine(monthGrid(definition.dayOffset), timeOfDay(definition), zone)
  }
}

/** The windows of a definition. */
export function timelineOf(definition: TimePartitions): Timeline {
  return knownOf(definition).line
}

/** Whether windows are made of whole calendar days. */
export function isDated({ grain }: TimePartitions): boolean {
  return grain === 'day' || grain === 'week' || grain === 'month'
}

/** The first partition. */
export function firstTime(definition: TimePartitions): number {
  const found = knownOf(definition)
  found.first ??= boundTime(definition, definition.start)
  return found.first
}

/** One past the last partition that will ever exist; infinite when there is no end. */
export function endTime(definition: TimePartitions): number {
  const found = knownOf(definition)
  found.end ??= definition.end === undefined ? Number.POSITIVE_INFINITY : boundTime(definition, definition.end)
  return found.end
}

/** The first window that begins at a bound or later. */
function boundTime(definition: TimePartitions, bound: string): number {
  const line = timelineOf(definition)
  if (definition.grain === 'month') return parseMonth(bound)!
  const wall = boundWall(definition.grain, bound)!
  if (wall % DAY === 0) return line.fromDay(wall / DAY)
  return line.at(Zone.of(definition.timezone).firstInstantOf(wall) - 1) + 1
}

export function timeKey(definition: TimePartitions, ordinal: number): string {
  return timelineOf(definition).key(ordinal)
}

/** The partition's window as instants, `from` inclusive, `to` exclusive. */
export function timeWindow(definition: TimePartitions, ordinal: number): { from: Date; to: Date } {
  const { start } = timelineOf(definition)
  return { from: new Date(start(ordinal)), to: new Date(start(ordinal + 1)) }
}

/** The moment from which a partition exists: its window has ended (moved by `endOffset`) and its delay has passed. */
export function existsFrom(definition: TimePartitions, ordinal: number): Date {
  return new Date(existsFromMs(definition, ordinal))
}

function existsFromMs(definition: TimePartitions, ordinal: number): number {
  const { months, days, hours } = definition.delay
  const line = timelineOf(definition)
  const next = ordinal - definition.endOffset + 1
  if (!isDated(definition)) return line.start(next) + days * DAY + hours * HOUR
  const day = addMonths(line.firstDay(next), months) + days
  return Zone.of(definition.timezone).firstInstantOf(day * DAY + timeOfDay(definition)) + hours * HOUR
}

/** One past the newest ordinal that exists at `now`. */
export function existingEnd(definition: TimePartitions, now: Date): number {
  const { months, days, hours } = definition.delay
  // A month has 28 days or more and a day 23 hours or more: the answer is at or before this guess.
  const latest = now.getTime() - hours * HOUR - days * DAY - months * 28 * DAY + 2 * DAY
  let end = timelineOf(definition).at(latest) + 1 + definition.endOffset
  while (existsFromMs(definition, end - 1) > now.getTime()) end--
  return Math.min(end, endTime(definition))
}
