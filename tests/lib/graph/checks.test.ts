import { describe, expect, test } from 'vitest'
import {
  asset,
  checkValue,
  freshBy,
  metadataRange,
  noNulls,
  rowCount,
  schemaChange,
  value,
  warehouse,
} from '../../../lib/graph/index.ts'

const made = async () => ({ kind: 'value' as const, value: 1 })

describe('checks', () => {
  test('an error blocks, a warning does not, unless it is said otherwise', () => {
    expect(noNulls('x')).toMatchObject({ severity: 'error', blocking: true })
    expect(noNulls('x', { severity: 'warn' })).toMatchObject({ severity: 'warn', blocking: false })
    expect(noNulls('x', { blocking: false })).toMatchObject({ severity: 'error', blocking: false })
    expect(schemaChange()).toMatchObject({ severity: 'warn', blocking: false })
    expect(schemaChange({ blocking: true })).toMatchObject({ severity: 'error', blocking: true })
  })

  test('a warning that blocks is refused', () => {
    expect(() => rowCount({ min: 1 }, { severity: 'warn', blocking: true })).toThrow('is a warning that blocks')
  })

  test('a range of metadata is of whatever a function makes', () => {
    const checks = [metadataRange('quality.rocAuc', { min: 0.6 })]
    expect(checks[0]!.name).toBe('metadata_range(quality.rocAuc, 0.6..)')
    for (const store of [value, warehouse])
      expect(asset({ key: 'a', store, columns: { x: 'Int64' }, checks, materialize: made }).checks).toEqual(checks)
  })

  test('belong to the stores that they can look into', () => {
    expect(() => asset({ key: 'a', store: value, checks: [noNulls('x')], materialize: made })).toThrow(
      "has the check 'no_nulls(x)', and is stored in value. That check is of assets stored in warehouse.",
    )
    const checks = [checkValue('good', () => true)]
    expect(() => asset({ key: 'a', store: warehouse, columns: { x: 'Int64' }, checks, materialize: made })).toThrow(
      "has the check 'good', and is stored in warehouse. That check is of assets stored in value or objects.",
    )
  })

  test('a deadline is a cron line of a zone', () => {
    expect(() => freshBy({ cron: '0 25 * * *', timezone: 'UTC' })).toThrow('25')
    expect(() => freshBy({ cron: '0 9 * * *', timezone: 'Mars/Base' })).toThrow('Mars/Base')
    expect(() => freshBy({ cron: '0 9 * * *', timezone: 'UTC', lookbackHours: 0 })).toThrow('lookback of 0 hours')
  })
})
