import { expect } from 'vitest'

/** As `toEqual` of plain data: thousands of comparisons a second, and a difference that is told. */
export function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return
  expect(found).toEqual(expected)
  throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(expected)}`)
}
