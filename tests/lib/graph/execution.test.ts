import { describe, expect, test } from 'vitest'
import { asset, defineGraph, freshWithin, value } from '../../../lib/graph/index.ts'

describe('how an asset is run', () => {
  const plain = { key: 'a', store: value, materialize: async () => ({ kind: 'value' as const, value: 1 }) }
  const made = (spec: object) => () => asset({ ...plain, ...spec })
  test.each([
    [{ retry: { attempts: 0 } }, /has 0 attempts/],
    [{ retry: { delayMs: -1 } }, /waits -1 ms/],
    [{ timeoutMs: 0 }, /time limit of 0 ms/],
    [{ timeoutMs: 2 ** 31 }, /time limit of 2147483648 ms/],
    [{ pool: 'a b' }, /names the pool 'a b'/],
  ])('%j is refused', (spec, message) => {
    expect(made(spec)).toThrow(message)
  })

  test('a limit of a pool that no asset is in is a mistake, with the one that was meant', () => {
    const assets = [asset({ ...plain, pool: 'xgboost' })]
    expect(() => defineGraph({ assets, pools: { xgbost: 1 } })).toThrow(/no asset is in it. Was xgboost meant/)
    expect(() => defineGraph({ assets, pools: { xgboost: 0 } })).toThrow(/'xgboost' has the limit 0/)
    expect(defineGraph({ assets, pools: { xgboost: 2 } }).pools.get('xgboost')).toBe(2)
  })

  test('freshness has a warning before its failure', () => {
    expect(() => freshWithin({ hours: 0 })).toThrow(/within 0 hours/)
    expect(() => freshWithin({ hours: 2, warnHours: 2 })).toThrow(/does not come before/)
  })
})
