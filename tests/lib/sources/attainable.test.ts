import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attainableAuc, type ChurnCounts } from '../../../lib/sources/simulator/attainable.ts'

/** The formula as it is written in the design, over all ordered pairs. */
function naiveAuc(p: readonly number[]): number {
  let above = 0
  let all = 0
  for (const [i, a] of p.entries()) {
    for (const [j, b] of p.entries()) {
      if (i === j) continue
      above += a * (1 - b) * (a > b ? 1 : a === b ? 0.5 : 0)
      all += a * (1 - b)
    }
  }
  return above / all
}

describe('attainable AUC', () => {
  it('equals the formula over all pairs', () => {
    const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 })), {
      minLength: 3,
      maxLength: 40,
    })
    const mixed = counts.filter((each) => each.some(([a]) => a > 0) && each.some(([a]) => a < 8))
    fc.assert(
      fc.property(mixed, (each: ChurnCounts[]) => {
        const { full } = attainableAuc(each, 16)
        expect(full).toBeCloseTo(naiveAuc(each.map(([a, b]) => (a + b) / 16)), 10)
      }),
    )
  })

  it('tells certain churners apart, and finds nothing where all are alike', () => {
    const certain: ChurnCounts[] = [
      [8, 8],
      [8, 8],
      [0, 0],
      [0, 0],
      [0, 0],
    ]
    expect(attainableAuc(certain, 16)).toMatchObject({ accounts: 5, baseRate: 0.4, auc: 1 })
    const alike: ChurnCounts[] = Array.from({ length: 5 }, () => [3, 3])
    expect(attainableAuc(alike, 16).auc).toBe(0.5)
  })

  it('takes back what a finite number of futures adds', () => {
    // Everybody has p = 0.3: no observer can do better than chance, but noisy estimates pretend to.
    let seed = 1
    const uniform = (): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return seed / 2 ** 32
    }
    const draw = (): number => Array.from({ length: 32 }, () => Number(uniform() < 0.3)).reduce((a, b) => a + b, 0)
    const { full, auc } = attainableAuc(
      Array.from({ length: 4000 }, () => [draw(), draw()] as const),
      64,
    )
    expect(full).toBeGreaterThan(0.53)
    expect(Math.abs(auc - 0.5)).toBeLessThan(full - 0.5)
  })
})
