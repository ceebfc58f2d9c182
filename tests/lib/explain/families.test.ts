import { describe, expect, test } from 'vitest'
import { familyRanking } from '../../../lib/explain/index.ts'

describe('familyRanking', () => {
  const row = Float32Array.of(0.2, -0.5, 0.4, 0.1, -0.05, 9)

  test('sums windows of one quantity, names the column that led, and leaves the bias out', () => {
    expect(familyRanking(['views', 'price', 'views', 'pay', 'pay'])(row)).toEqual([
      { family: 'views', points: expect.closeTo(0.6, 6), leadingColumn: 2 },
      { family: 'price', points: expect.closeTo(-0.5, 6), leadingColumn: 1 },
      { family: 'pay', points: expect.closeTo(0.05, 6), leadingColumn: 3 },
    ])
  })

  test('the leading column is the strongest in the direction of the family, not the strongest of all', () => {
    const [first] = familyRanking(['a', 'a', 'a'])(Float32Array.of(0.5, -0.3, -0.4))
    expect(first).toEqual({ family: 'a', points: expect.closeTo(-0.2, 6), leadingColumn: 2 })
  })

  test('equal strengths keep the order in which families occur', () => {
    const ranked = familyRanking(['b', 'a', 'c'])(Float32Array.of(0.5, -0.5, 0.5))
    expect(ranked.map(({ family }) => family)).toEqual(['b', 'a', 'c'])
  })
})
