import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type IntervalSet, sets } from '../../../lib/graph/index.ts'

const RUNS = { numRuns: 300 }
const numbers = fc.array(fc.integer({ min: -20, max: 40 }), { maxLength: 25 })
const bounds = fc.array(fc.tuple(fc.integer({ min: -20, max: 40 }), fc.integer({ min: -20, max: 40 })), {
  maxLength: 8,
})

const members = (set: IntervalSet) => [...sets.ordinals(set)]
const sorted = (set: Set<number>) => [...set].sort((a, b) => a - b)

/** Sorted, disjoint, non-touching, none empty: what every function may rely on. */
function expectCanonical(set: IntervalSet): void {
  const bad = set.filter(([from, to], i) => from >= to || (i > 0 && from <= set[i - 1]![1]))
  expect(bad).toEqual([])
}

describe('interval sets agree with Set<number>', () => {
  test('built from ordinals, in any order and repeated', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const set = sets.fromOrdinals(list)
        expectCanonical(set)
        expect(members(set)).toEqual(sorted(new Set(list)))
        expect(sets.size(set)).toBe(new Set(list).size)
        expect(sets.last(set)).toBe(sorted(new Set(list)).at(-1))
      }),
      RUNS,
    )
  })

  test('built from intervals, overlapping, touching, empty and reversed', () => {
    fc.assert(
      fc.property(bounds, (intervals) => {
        const naive = new Set<number>()
        for (const [from, to] of intervals) for (let i = from; i < to; i++) naive.add(i)
        const set = sets.intervalSet(intervals)
        expectCanonical(set)
        expect(members(set)).toEqual(sorted(naive))
      }),
      RUNS,
    )
  })

  test('union, intersection, difference, membership', () => {
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const [a, b] = [new Set(left), new Set(right)]
        const [x, y] = [sets.fromOrdinals(left), sets.fromOrdinals(right)]
        const union = sets.union(x, y)
        const intersection = sets.intersect(x, y)
        const difference = sets.subtract(x, y)
        for (const set of [union, intersection, difference]) expectCanonical(set)
        expect(members(union)).toEqual(sorted(new Set([...a, ...b])))
        expect(members(intersection)).toEqual(sorted(new Set([...a].filter((n) => b.has(n)))))
        expect(members(difference)).toEqual(sorted(new Set([...a].filter((n) => !b.has(n)))))
        expect(sets.intersects(x, y)).toBe([...a].some((n) => b.has(n)))
        const probes = Array.from({ length: 65 }, (_, i) => i - 22)
        expect(probes.filter((n) => sets.has(x, n))).toEqual(probes.filter((n) => a.has(n)))
      }),
      RUNS,
    )
  })

  test('covers', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: -22, max: 42 }), fc.integer({ min: 0, max: 6 }), (list, from, length) => {
        const naive = new Set(list)
        const wanted = Array.from({ length }, (_, i) => from + i)
        expect(sets.covers(sets.fromOrdinals(list), from, from + length)).toBe(wanted.every((n) => naive.has(n)))
      }),
      RUNS,
    )
  })

  test('chunks are contiguous, in order, at most the limit, and lose nothing', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 7 }), (list, limit) => {
        const set = sets.fromOrdinals(list)
        const chunks = [...sets.chunks(set, limit)]
        const bad = chunks.filter(([from, to]) => from >= to || to - from > limit || !sets.covers(set, from, to))
        expect(bad).toEqual([])
        expect(chunks.flatMap(([from, to]) => members(sets.interval(from, to)))).toEqual(members(set))
      }),
      RUNS,
    )
  })
})

test('a year of days is one interval', () => {
  const year = Array.from({ length: 365 }, (_, i) => 20_000 + i)
  expect(sets.fromOrdinals(year)).toEqual([[20_000, 20_365]])
})

test('an empty interval is the empty set', () => {
  expect(sets.interval(3, 3)).toEqual(sets.EMPTY)
  expect(sets.interval(4, 3)).toEqual(sets.EMPTY)
  expect(sets.last(sets.EMPTY)).toBeUndefined()
})
