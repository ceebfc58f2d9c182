import { describe, expect, it } from 'vitest'
import { createCalendar } from '../../../lib/sources/simulator/calendar.ts'
import { type Measures, measure } from '../../../lib/sources/simulator/measures.ts'
import type { Parameters } from '../../../lib/sources/simulator/parameters.ts'
import { createConditions, SERIES, SPORT } from '../../../lib/sources/simulator/season.ts'
import { shapes, sourceNames } from '../../../lib/sources/simulator/shapes.ts'
import { faultOn } from '../../../lib/sources/simulator/turns.ts'
import { drifts, type WorldName, worldNamed, worlds } from '../../../lib/sources/simulator/worlds.ts'

/** Few futures: the averages that are looked at do not know the accounts' own luck. */
function groupsOf(name: WorldName, users = 2500): Measures['groups'] {
  const parameters = worlds[name]
  return measure({
    users,
    days: 40,
    seed: 22,
    start: '2026-02-01',
    timezone: 'Europe/Moscow',
    parameters: { ...parameters, burnInDays: 40, truth: { ...parameters.truth, futures: 32 } },
  }).groups
}

const group = (groups: Measures['groups'], name: string): Measures['groups'][string] =>
  groups[name] as Measures['groups'][string]

describe('worlds that prove something', () => {
  it('null: nothing predicts who leaves', () => {
    const groups = groupsOf('null')
    for (const name of ['paid', 'paid/undecided'] as const) {
      const { crossed, behaviour, baseRate, accounts } = group(groups, name)
      expect(accounts).toBeGreaterThan(2000)
      expect(baseRate).toBeGreaterThan(0.05)
      expect(Math.abs(crossed - 0.5), name).toBeLessThan(0.02)
      expect(Math.abs(behaviour - 0.5), name).toBeLessThan(0.02)
    }
  })

  it('billing-only: the mood that viewing follows says nothing, billing does', () => {
    const { behaviour, auc } = group(groupsOf('billing-only'), 'paid')
    expect(Math.abs(behaviour - 0.5)).toBeLessThan(0.025)
    expect(auc).toBeGreaterThan(0.75)
  })

  it('behaviour-only: the mood says nearly all that can be said', () => {
    const { behaviour, crossed, full } = group(groupsOf('behaviour-only'), 'paid')
    expect(behaviour).toBeGreaterThan(0.66)
    // Better than half of the futures know it.
    expect(behaviour).toBeGreaterThan(crossed)
    expect(behaviour).toBeLessThan(full)
  })
})

describe('worlds that drift', () => {
  const calendar = createCalendar({
    start: '2026-02-01',
    burnInDays: 10,
    days: 120,
    timezone: 'Europe/Moscow',
    publishLagHours: 6,
  })
  const conditions = (parameters: Parameters): ReturnType<typeof createConditions> =>
    createConditions(calendar, parameters, 1)

  it('say from when, what must be noticed, how soon, and what must stay silent', () => {
    expect(Object.keys(drifts)).toHaveLength(14)
    for (const [name, drift] of Object.entries(drifts)) {
      const { turns, faults } = worldNamed(name)
      expect(
        [...turns, ...faults].map(({ lastDays }) => lastDays),
        name,
      ).toEqual([drift.lastDays])
      expect(drift.withinDays, name).toBeLessThan(drift.lastDays)
      expect(drift.silent.length, name).toBeGreaterThan(0)
      expect(drift.silent, name).not.toContain(drift.alarm)
    }
  })

  it('are the ordinary world until then', () => {
    for (const name of Object.keys(drifts)) {
      const [usual, drifting] = [conditions(worlds.default), conditions(worldNamed(name))]
      const begins = calendar.days - (drifts[name as keyof typeof drifts]?.lastDays ?? 0)
      for (let day = 0; day < begins; day += 1) expect(drifting(day), `${name} ${day}`).toEqual(usual(day))
      const turns = worldNamed(name).turns.length > 0
      expect(JSON.stringify(drifting(begins)) !== JSON.stringify(usual(begins)), name).toBe(turns)
    }
  })

  it('turn as they say', () => {
    const [before, after] = [calendar.days - 90, calendar.days - 70]
    const prices = (day: number): number | undefined => conditions(worlds['price-rise'])(day).plans[0]?.listKopecks
    expect(prices(after)).toBe(Math.round(1.25 * (prices(before) as number)))
    expect(conditions(worlds['short-trials'])(after).trialDays).toBe(7)
    const outage = [31, 30, 28, 27].map((left) => conditions(worlds['payment-outage'])(calendar.days - left).outage)
    expect(outage.map((share) => share === 1)).toEqual([false, true, true, false])
    const ends = conditions(worlds['hit-ends'])
    expect(ends(calendar.days - 80).fit).toContainEqual({ kind: SERIES, by: -1.2 })
    expect(ends(calendar.days - 79).fit).not.toContainEqual({ kind: SERIES, by: -1.2 })
  })

  it('have faults that begin on their day and name a source', () => {
    const { faults } = worlds['late-tv']
    expect(faultOn(faults, 'late', 89, 120)).toBeUndefined()
    expect(faultOn(faults, 'late', 90, 120)).toMatchObject({ source: 'tv_events', days: 3 })
    expect(faultOn(faults, 'stops', 119, 120)).toBeUndefined()
    expect(sourceNames).toContain('tv_events')
    expect(Object.keys(shapes)).toContain('player_events')
  })

  it('an unknown name is refused with the known ones', () => {
    expect(() => worldNamed('nil')).toThrow(/No world is named "nil"/)
    expect(() => worldNamed('toString')).toThrow(/No world is named/)
  })
})

describe('seasons', () => {
  const calendar = createCalendar({
    start: '2025-06-01',
    burnInDays: 0,
    days: 500,
    timezone: 'Europe/Moscow',
    publishLagHours: 6,
  })
  const conditions = createConditions(calendar, worlds.default, 1)
  const on = (date: string): ReturnType<typeof conditions> => {
    for (let day = 0; ; day += 1) if (calendar.text(day) === date) return conditions(day)
  }

  it('come with their dates, every year', () => {
    expect(on('2025-07-15').viewing).toBeLessThan(on('2025-09-16').viewing)
    expect(on('2026-07-15').viewing).toBe(on('2025-07-15').viewing)
    expect(on('2026-01-05').viewing).toBeGreaterThan(on('2026-01-12').viewing)
    expect(on('2026-01-08').leaving).toBeLessThan(0)
    expect(on('2026-01-09').leaving).toBe(0)
    expect(on('2025-12-15').joining).toBeGreaterThan(on('2025-11-14').joining)
    expect(on('2025-10-04').sport).toBeGreaterThan(0)
    expect(on('2025-07-05').sport).toBe(0)
    expect(on('2025-08-01').fit).toContainEqual({ kind: SPORT, by: worlds.default.seasons.sportFit })
  })

  it('bring premieres now and then, the same each time one asks', () => {
    const days = Array.from({ length: 500 }, (_, day) => conditions(day))
    const premieres = days.filter(({ fit }) => fit.some(({ by }) => by === worlds.default.seasons.premiereFit)).length
    expect(premieres).toBeGreaterThan(15)
    expect(premieres).toBeLessThan(80)
    expect(createConditions(calendar, worlds.default, 1)(77)).toEqual(conditions(77))
  })
})
