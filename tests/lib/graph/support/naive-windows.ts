import { partitionsSignature, type TimePartitions } from '../../../../lib/graph/index.ts'

/** One window as its key and its instants, `[from, to)` in ms. */
export interface NaiveWindow {
  readonly key: string
  readonly from: number
  readonly to: number
}

/** The tests play within these; every clock change in them falls on a quarter of an hour. */
const FROM = Date.UTC(2023, 8, 1)
const TO = Date.UTC(2024, 11, 1)
const QUARTER = 900_000
const DAY = 86_400_000

interface Shown {
  readonly at: number
  /** Wall-clock time, `YYYY-MM-DD HH:MM`. */
  readonly wall: string
}

const clocks = new Map<string, readonly Shown[]>()

/** What the clocks of a zone show at every quarter of an hour. */
function clockOf(timezone: string): readonly Shown[] {
  let shown = clocks.get(timezone)
  if (!shown) {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: timezone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
    const list: Shown[] = []
    for (let at = FROM; at < TO; at += QUARTER) list.push({ at, wall: format.format(at) })
    shown = list
    clocks.set(timezone, shown)
  }
  return shown
}

function offsetText(timezone: string, at: number): string {
  const text = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' }).format(at)
  const offset = text.split('GMT')[1]!
  return offset === '' ? '+00:00' : offset
}

const known = new Map<string, readonly NaiveWindow[]>()

/** All windows of a definition within the tests' years, by looking at the clock every quarter of an hour. */
export function windowsOf(time: TimePartitions): readonly NaiveWindow[] {
  const name = partitionsSignature(time)
  let windows = known.get(name)
  if (!windows) {
    const starts = startsOf(time)
    windows = starts.slice(0, -1).map(({ key, at }, i) => ({ key, from: at, to: starts[i + 1]!.at }))
    known.set(name, windows)
  }
  return windows
}

const places = new WeakMap<readonly NaiveWindow[], ReadonlyMap<string, number>>()

/** The place of each key among the windows. */
export function placesOf(time: TimePartitions): ReadonlyMap<string, number> {
  const windows = windowsOf(time)
  let found = places.get(windows)
  if (!found) {
    found = new Map(windows.map(({ key }, i) => [key, i]))
    places.set(windows, found)
  }
  return found
}

interface Start {
  readonly key: string
  readonly at: number
}

function startsOf(time: TimePartitions): readonly Start[] {
  const clock = clockOf(time.timezone)
  if (time.grain === 'hour')
    return everyShown(clock, time.timezone, (wall) => wall.endsWith(`:${two(time.minuteOffset)}`))
  if (time.grain === 'cron') {
    const [minutes, hours, dates, months, weekdays] = time.schedule!.split(' ').map(membersOf)
    const isTick = (wall: string): boolean =>
      minutes!(Number(wall.slice(14))) &&
      hours!(Number(wall.slice(11, 13))) &&
      dates!(Number(wall.slice(8, 10))) &&
      months!(Number(wall.slice(5, 7))) &&
      weekdays!(new Date(`${wall.slice(0, 10)}T00:00:00Z`).getUTCDay())
    const everyHour = Array.from({ length: 24 }, (_, hour) => hour).every((hour) => hours!(hour))
    if (everyHour) return everyShown(clock, time.timezone, isTick)
    const starts: Start[] = []
    for (const slot of slots(isTick)) {
      const start = { key: slot.replace(' ', 'T'), at: firstShown(clock, slot) }
      const before = starts.at(-1)
      if (before?.at !== start.at) starts.push(start)
      else if (clock.some(({ at, wall }) => at === start.at && wall === slot)) starts[starts.length - 1] = start
    }
    return starts.filter(({ at }) => at > FROM + 2 * DAY)
  }
  const clockTime = `${two(time.hourOffset)}:${two(time.minuteOffset)}`
  const begins = (day: Date): boolean => {
    if (time.grain === 'week') return day.getUTCDay() === time.dayOffset
    return time.grain === 'day' || day.getUTCDate() === time.dayOffset
  }
  const starts: Start[] = []
  for (let day = FROM + 2 * DAY; day < TO - 2 * DAY; day += DAY) {
    if (!begins(new Date(day))) continue
    const text = new Date(day).toISOString().slice(0, 10)
    starts.push({
      key: time.grain === 'month' ? text.slice(0, 7) : text,
      at: firstShown(clock, `${text} ${clockTime}`),
    })
  }
  return starts
}

/** Each moment at which the clocks show a tick; where they do so twice within hours, with its offset. */
function everyShown(clock: readonly Shown[], timezone: string, isTick: (wall: string) => boolean): Start[] {
  const ticks = clock.filter(({ wall }) => isTick(wall))
  const count = new Map<string, number>()
  for (const { wall } of ticks) count.set(wall, (count.get(wall) ?? 0) + 1)
  return ticks.map(({ at, wall }) => ({
    at,
    key: `${wall.replace(' ', 'T')}${count.get(wall)! > 1 ? offsetText(timezone, at) : ''}`,
  }))
}

/** The first moment at which the clocks show this or later. They are never put back by more than a few hours. */
function firstShown(clock: readonly Shown[], wall: string): number {
  let index = Math.max(0, Math.floor((Date.parse(`${wall.replace(' ', 'T')}Z`) - FROM) / QUARTER) - 120)
  while (index < clock.length && clock[index]!.wall < wall) index++
  return clock[index]?.at ?? TO
}

function* slots(isTick: (wall: string) => boolean): Generator<string> {
  for (let at = FROM; at < TO - 2 * DAY; at += QUARTER) {
    const wall = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
    if (isTick(wall)) yield wall
  }
}

/** Fields of the tests' schedules: `*`, `*` with a step, and lists. */
function membersOf(field: string): (value: number) => boolean {
  if (field === '*') return () => true
  if (field.startsWith('*/')) return (value) => value % Number(field.slice(2)) === 0
  const list = new Set(field.split(',').map(Number))
  return (value) => list.has(value)
}

const two = (n: number): string => String(n).padStart(2, '0')
