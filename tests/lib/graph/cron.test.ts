import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { type Cron, parseCron, previousCronTick } from '../../../lib/graph/index.ts'

const previous = (cron: string, zone: string, at: string) =>
  previousCronTick(parseCron(cron), zone, new Date(at))?.toISOString().replace(':00.000Z', 'Z')

describe('the newest tick at or before a moment', () => {
  it.each([
    ['every day at 7 in Moscow', '0 7 * * *', 'Europe/Moscow', '2026-03-05T03:59:59Z', '2026-03-04T04:00Z'],
    ['at the moment itself', '0 7 * * *', 'Europe/Moscow', '2026-03-05T04:00:00Z', '2026-03-05T04:00Z'],
    ['quarters of an hour', '*/15 * * * *', 'UTC', '2026-03-05T04:59:00Z', '2026-03-05T04:45Z'],
    ['from 5 on, every 20 minutes', '5/20 * * * *', 'UTC', '2026-03-05T04:59:00Z', '2026-03-05T04:45Z'],
    ['working days', '30 6 * * MON-FRI', 'UTC', '2026-03-08T12:00:00Z', '2026-03-06T06:30Z'],
    ['Sunday as 7', '0 0 * * 7', 'UTC', '2026-03-12T12:00:00Z', '2026-03-08T00:00Z'],
    ['the first of a quarter', '0 0 1 jan,apr,jul,oct *', 'UTC', '2026-03-12T12:00:00Z', '2026-01-01T00:00Z'],
    ['either day, where both are given', '0 0 13 * FRI', 'UTC', '2026-03-12T12:00:00Z', '2026-03-06T00:00Z'],
    ['29 February', '0 0 29 2 *', 'UTC', '2026-03-12T12:00:00Z', '2024-02-29T00:00Z'],
    ['29 February over a year that is no leap year', '0 0 29 2 *', 'UTC', '1903-03-12T12:00:00Z', '1896-02-29T00:00Z'],
    ['a day that never is', '0 0 30 2 *', 'UTC', '2026-03-12T12:00:00Z', undefined],
    ['a nickname', '@monthly', 'Asia/Kolkata', '2026-03-12T12:00:00Z', '2026-02-28T18:30Z'],
    [
      'a wall time that clocks skip fires when they have moved on',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      '2026-03-29T01:30Z',
    ],
    [
      'a doubled wall time fires at its first pass',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-25T12:00:00Z',
      '2026-10-25T00:30Z',
    ],
    ['between the two passes of an hour', '30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-25T00:30Z'],
  ])('%s', (_name, cron, zone, at, expected) => {
    expect(previous(cron, zone, at)).toBe(expected)
  })

  it('agrees with a walk back by minutes', () => {
    const minute = fc.constantFrom('0', '*/7', '5,50', '10-20')
    const hour = fc.constantFrom('*', '3', '*/5', '22-23', '1,2')
    const weekday = fc.constantFrom('*', '1-5', '0', 'sat')
    const zone = fc.constantFrom('UTC', 'Europe/Moscow', 'Asia/Kolkata', 'America/St_Johns')
    const at = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2026, 1, 20) / 60_000 })
    fc.assert(
      fc.property(minute, hour, weekday, zone, at, (m, h, w, timezone, minutes) => {
        const text = `${m} ${h} * * ${w}`
        const found = previousCronTick(parseCron(text), timezone, new Date(minutes * 60_000))
        expect(found?.getTime()).toBe(walkedBack(parseCron(text), timezone, minutes * 60_000))
      }),
      { numRuns: 20 },
    )
  })
})

/** Zones without a change of clocks in that time. */
function walkedBack(cron: Cron, timezone: string, from: number): number | undefined {
  for (let at = from; at > from - 8 * 86_400_000; at -= 60_000) {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone)
    const isDay = cron.days.has(local.day) && cron.months.has(local.month) && cron.weekdays.has(local.dayOfWeek % 7)
    if (isDay && cron.hours.includes(local.hour) && cron.minutes.includes(local.minute)) return at
  }
  return undefined
}

describe('what is not a schedule', () => {
  it.each([
    ['60 * * * *', "'60' is no minute. A minute is 0 to 59; lists a,b, ranges a-b and steps */n are allowed"],
    ['* 5-3 * * *', "'5-3' is no hour"],
    ['* * 0 * *', "'0' is no day of month"],
    ['* * * dec-jan-feb *', "'dec-jan-feb' is no month"],
    ['* * * * mon/0', "'mon/0' is no day of week"],
    ['*/ * * * *', "'*/' is no minute"],
    [', * * * *', "'' is no minute"],
    ['@nightly', "'@nightly' is not a cron schedule: it has 1 fields. Write five"],
  ])('%s', (text, message) => {
    expect(() => parseCron(text)).toThrow(message)
  })
})
