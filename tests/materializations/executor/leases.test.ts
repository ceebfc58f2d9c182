import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openLeases } from '../../../materializations/lineage/leases.ts'
import type { Lineage } from '../../../materializations/lineage/lineage.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('leases are renewed until they are stopped, also where they cannot be given back', () => {
  const query = vi.fn(async () => [])
  const leases = openLeases({ query } as unknown as Lineage, 'a run')
  vi.advanceTimersByTime(60_000)
  const beats = query.mock.calls.length
  expect(beats).toBeGreaterThan(1)
  leases.stop()
  vi.advanceTimersByTime(60_000)
  expect(query).toHaveBeenCalledTimes(beats)
})
