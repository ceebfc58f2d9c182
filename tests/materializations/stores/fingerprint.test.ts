import { afterAll, expect, it } from 'vitest'
import { openWarehouse } from '../../../lib/warehouse/index.ts'
import { type FingerprintRow, fingerprintSql } from '../../../materializations/stores/fingerprint.ts'
import { makeHome, removeHomes } from '../../lib/warehouse/home.ts'

afterAll(removeHomes)

it('tells content by its values, whatever the columns are called', async () => {
  const warehouse = await openWarehouse({ home: await makeHome(), environment: 'fingerprint', maxMemory: 2 ** 30 })
  const names = ['city', 'sip', 'row_count', 'measures', 'partition_values']
  const of = async (columns: readonly string[]): Promise<FingerprintRow[]> => {
    const table = `(SELECT toDate('2026-03-01') AS day, ${columns.map((name, i) => `toString(number * ${i + 2}) AS ${name}`).join(', ')} FROM numbers(7))`
    const counted = columns.map((name) => ({ name, type: 'String' }))
    return warehouse.rows<FingerprintRow>(fingerprintSql(table, counted, ['day'], ['count()']))
  }
  try {
    const [found, ...others] = await of(names)
    expect(others).toEqual([])
    expect(found).toMatchObject({ __partition: '2026-03-01', __measures: [7] })
    expect(Number(found!.__rows)).toBe(7)
    expect([found]).toEqual(await of(names.map((name) => `${name}_of_it`)))
  } finally {
    await warehouse.close()
  }
})
