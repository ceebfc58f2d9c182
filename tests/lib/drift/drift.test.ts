import { describe, expect, test } from 'vitest'
import { chi2Quantile, driftOf, matrixDrift, psi, psiNoise } from '../../../lib/drift/index.ts'
import { countBins, distributionOf, seededRandom } from '../../../lib/learning/index.ts'

const normals = (count: number, seed: number, shift = 0): Float32Array => {
  const random = seededRandom(seed)
  return Float32Array.from(
    { length: count },
    () => shift + Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  )
}
const driftBetween = (before: Float32Array, now: Float32Array) => {
  const reference = distributionOf(before)
  return driftOf(reference, countBins(reference.edges, now))
}

describe('psi', () => {
  test('by hand', () => {
    expect(psi([50, 50], [50, 50])).toBe(0)
    expect(psi([50, 50], [20, 20])).toBe(0)
    expect(psi([50, 50], [80, 20])).toBeCloseTo(-0.3 * Math.log(5 / 8) + 0.3 * Math.log(5 / 2), 12)
  })

  test('an empty bin counts as a share of 1e-4, on either side', () => {
    const expected = (1 - 1e-4) * Math.log(1 / 1e-4)
    expect(psi([10, 0], [0, 10])).toBeCloseTo(2 * expected, 12)
    expect(psi([10, 0, 0], [0, 10, 0])).toBeCloseTo(2 * expected, 12)
  })

  test('refuses other bins, and no rows', () => {
    expect(() => psi([1, 2], [1, 2, 3])).toThrow(/3 rows in 2 bins.*6 rows in 3 bins/)
    expect(() => psi([1, 2], [0, 0])).toThrow(/0 rows in 2 bins/)
  })
})

describe('chi-square', () => {
  // Printed tables, e.g. NIST/SEMATECH e-Handbook 1.3.6.7.4.
  test.each([
    [0.99, 9, 21.666],
    [0.95, 1, 3.841],
    [0.99, 1, 6.635],
    [0.9, 100, 118.498],
    [0.05, 10, 3.94],
  ])('quantile %f of %i degrees is %f', (level, degrees, expected) => {
    expect(chi2Quantile(level, degrees)).toBeCloseTo(expected, 3)
  })

  test('about 1 in 100 undrifted small samples passes the noise level', () => {
    const reference = distributionOf(normals(20_000, 1))
    const noise = psiNoise(10, 20_000, 300)
    const samples = Array.from({ length: 1000 }, (_, i) => countBins(reference.edges, normals(300, 100 + i)))
    const passed = samples.filter((counts) => psi(reference.counts, counts) > noise).length
    expect(passed).toBeGreaterThan(1)
    expect(passed).toBeLessThan(30)
  })
})

describe('drift', () => {
  test('a moved normal column: stable, watch, act', () => {
    const before = normals(20_000, 1)
    expect(driftBetween(before, normals(20_000, 2))).toMatchObject({ level: 'stable', alert: false })
    expect(driftBetween(before, normals(20_000, 3, 0.4))).toMatchObject({ level: 'watch', alert: true })
    expect(driftBetween(before, normals(20_000, 4, 1))).toMatchObject({ level: 'act', alert: true })
  })

  test('a small sample between 0.1 and its noise raises no alarm', () => {
    const drift = driftOf({ edges: [0], counts: [5000, 5000, 0] }, [33, 17, 0])
    expect(drift.psi).toBeGreaterThan(0.1)
    expect(drift.noise).toBeGreaterThan(drift.psi)
    expect(drift).toMatchObject({ level: 'watch', alert: false })
  })

  test.each([
    ['a constant that rises', [3, 3, 3, 3], [4, 4]],
    ['a constant that falls', [3, 3, 3, 3], [2, 2]],
    ['a constant 0 that rises a little', [0, 0], [1e-3, 1e-3]],
    ['a negative constant that rises', [-2, -2], [-1, -1]],
    ['a two-valued column', [0, 0, 0, 1], [1, 1, 1, 0]],
    ['a column that goes missing', [1, 2, 3, 4], [Number.NaN, Number.NaN, 3, 4]],
    ['a missing column that comes back', [Number.NaN, Number.NaN], [1, 1]],
  ])('%s is seen', (_, before, now) => {
    const drift = driftBetween(Float32Array.from(before), Float32Array.from(now))
    expect(drift.level).toBe('act')
    expect(driftBetween(Float32Array.from(before), Float32Array.from(before)).psi).toBe(0)
  })

  test('every column of a matrix, by name', () => {
    const before = normals(1000, 5)
    const reference = { a: distributionOf(before), b: distributionOf(Float32Array.of(0, 1)) }
    const rows = Float32Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? before[i / 2]! : 0))
    const drift = matrixDrift(reference, { rows: 1000, columns: 2, data: rows }, ['a', 'b'])
    expect(drift.get('a')!.psi).toBe(0)
    expect(drift.get('b')!.level).toBe('act')
    expect(() => matrixDrift(reference, { rows: 1000, columns: 2, data: rows }, ['a', 'c'])).toThrow(/drift of c/)
  })
})

describe('distributionOf', () => {
  test('many values: nine deciles, each bin a tenth', () => {
    const { edges, counts } = distributionOf(Float32Array.from({ length: 1000 }, (_, i) => i))
    expect(edges).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900])
    expect(counts).toEqual([100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 0])
  })

  test('deciles that fall together become one edge', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i < 650 ? 0 : i))
    const { edges, counts } = distributionOf(values)
    expect(edges).toEqual([0, 700, 800, 900])
    expect(counts).toEqual([0, 700, 100, 100, 100, 0])
  })

  test('only missing values', () => {
    expect(distributionOf(Float32Array.of(Number.NaN, Number.NaN))).toEqual({ edges: [], counts: [0, 2] })
  })
})
