import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sliceOf, type TemporalSlices, temporalSlices, userHalf } from '../../../lib/learning/index.ts'

const day = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10)
const number = (text: string): number => (Date.parse(text) - Date.UTC(2026, 0, 1)) / 86_400_000
const days = (count: number): string[] => Array.from({ length: count }, (_, i) => day(i))
const width = ({ from, to }: { from: string; to: string }): number => number(to) - number(from) + 1

describe('temporalSlices', () => {
  test.each([
    // history, shared tuning, train, tune, calibrate, test
    [83, true, 7, 7, 7, 7],
    [116, true, 40, 7, 7, 7],
    [118, true, 35, 7, 7, 14],
    [141, true, 58, 7, 7, 14],
    [142, false, 28, 7, 7, 7],
    [276, false, 120, 21, 21, 21],
    [700, false, 523, 28, 28, 28],
  ])('%i days', (count, shared, train, tune, calibrate, test) => {
    const slices = temporalSlices(days(count), 32)
    expect(slices.sharedTuning).toBe(shared)
    expect([slices.train, slices.tune, slices.calibrate, slices.test].map(width)).toEqual([
      train,
      tune,
      calibrate,
      test,
    ])
    expect(slices.train.from).toBe(day(0))
    expect(slices.test.to).toBe(day(count - 1))
  })

  test('no label looks into a later slice: the last day is 32 days before the next first one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 83, max: 900 }), (count) => {
        const { train, tune, calibrate, test, sharedTuning } = temporalSlices(days(count), 32)
        expect(number(tune.from) - number(train.to)).toBe(32)
        if (sharedTuning) expect([calibrate.from, calibrate.to]).toEqual([tune.from, tune.to])
        else expect(number(calibrate.from) - number(tune.to)).toBe(32)
        expect(number(test.from) - number(calibrate.to)).toBe(32)
      }),
    )
  })

  test('a short history is an error that says how many days are needed', () => {
    expect(() => temporalSlices(days(82), 32)).toThrow(/span 82 days and at least 83 are needed.*Make 1 more days/)
    expect(() => temporalSlices([], 32)).toThrow(/span 0 days and at least 83/)
  })

  test('a slice without a day is an error that names it', () => {
    const holed = days(116).filter((text) => number(text) < 109)
    expect(temporalSlices(holed, 32).test.to).toBe(day(108))
    const missing = [...days(60), day(115)]
    expect(() => temporalSlices(missing, 32)).toThrow(
      /no snapshot day with matured labels from 2026-03-13 to 2026-03-19/,
    )
  })

  test('the order of the days does not matter', () => {
    expect(temporalSlices(days(200).reverse(), 32)).toEqual(temporalSlices(days(200), 32))
  })
})

describe('sliceOf', () => {
  const users = Array.from({ length: 2000 }, (_, i) => `user-${i}`)

  test('every row is in one slice or in a gap; shared days are split by user', () => {
    const slices = temporalSlices(days(116), 32)
    const found = new Map<string | undefined, number>()
    for (const text of days(116)) {
      const name = sliceOf(slices, text, 'user-1')
      found.set(name, (found.get(name) ?? 0) + 1)
    }
    const tuning = userHalf('user-1') === 0 ? 'tune' : 'calibrate'
    expect(Object.fromEntries(found)).toEqual({ train: 40, [tuning]: 7, test: 7, undefined: 62 })
  })

  test('the halves are about equal, and a user keeps his', () => {
    const slices: TemporalSlices = temporalSlices(days(116), 32)
    const [first, second] = [slices.tune.from, slices.tune.to]
    const tuned = users.filter((user) => sliceOf(slices, first, user) === 'tune')
    expect(tuned.length).toBeGreaterThan(900)
    expect(tuned.length).toBeLessThan(1100)
    expect(users.filter((user) => sliceOf(slices, second, user) === 'tune')).toEqual(tuned)
    expect(users.filter((user) => sliceOf(slices, first, user) === 'calibrate').length).toBe(2000 - tuned.length)
  })
})
