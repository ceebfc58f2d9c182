import { describe, expect, it } from 'vitest'
import { createCalendar, DAY } from '../../../lib/sources/simulator/calendar.ts'

const berlin = createCalendar({
  start: '2026-03-28',
  burnInDays: 10,
  days: 10,
  timezone: 'Europe/Berlin',
  publishLagHours: 6,
})

describe('days of a world', () => {
  it('counts from the first day of the burn-in', () => {
    expect([berlin.text(0), berlin.text(10), berlin.days, berlin.firstDay]).toEqual([
      '2026-03-18',
      '2026-03-28',
      20,
      10,
    ])
  })

  it('knows that a day of the change to summer time has 23 hours', () => {
    expect(berlin.text(11)).toBe('2026-03-29')
    expect(berlin.midnight(12) - berlin.midnight(11)).toBe(23 * 3_600_000)
    expect(new Date(berlin.utc(11 * DAY + 3600)).toISOString()).toBe('2026-03-29T00:00:00.000Z')
    expect(new Date(berlin.utc(12 * DAY)).toISOString()).toBe('2026-03-29T22:00:00.000Z')
  })

  it('finds the day of a moment, its first moment included', () => {
    for (let day = -5; day < 25; day += 1) {
      expect(berlin.dayAt(berlin.midnight(day))).toBe(day)
      expect(berlin.dayAt(berlin.midnight(day + 1) - 1)).toBe(day)
    }
  })

  it('finds the serving day of a moment, its cut-off included', () => {
    for (let day = -5; day < 25; day += 1) {
      expect(berlin.servingDayAt(berlin.servingCutoff(day))).toBe(day)
      expect(berlin.servingDayAt(berlin.servingCutoff(day) + 1)).toBe(day + 1)
    }
  })
})
