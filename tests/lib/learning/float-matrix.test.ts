import { afterAll, beforeAll, expect, test } from 'vitest'
import { floatMatrix } from '../../../lib/learning/index.ts'
import { openWarehouse, type Warehouse } from '../../../lib/warehouse/index.ts'
import { makeHome, removeHomes } from '../warehouse/home.ts'

let warehouse: Warehouse

beforeAll(async () => {
  warehouse = await openWarehouse({ home: await makeHome(), environment: 'test', maxMemory: 1_000_000_000 })
  await warehouse.command(`CREATE TABLE features ENGINE = MergeTree ORDER BY sipHash64(user_id) AS
    SELECT concat('пользователь ', toString(number), repeat('x', number % 200)) AS user_id, toDate('2026-01-01') + number % 3 AS day,
      if(number % 5 = 0, NULL, number / 7) AS a, toUInt8(number % 2) AS b, toDecimal64(number, 2) AS c
    FROM numbers(30000)`)
})

afterAll(async () => {
  await warehouse.close()
  await removeHomes()
})

test('rows, keys and numbers agree, in the order asked for', async () => {
  const sql = 'SELECT * FROM features WHERE day >= {from:Date} ORDER BY c DESC -- newest first'
  const params = { from: new Date('2026-01-02') }
  const matrix = await floatMatrix(warehouse, { sql, columns: ['c', 'a', 'b'], key: ['user_id', 'day'], params })
  const expected = Array.from({ length: 30_000 }, (_, i) => 29_999 - i).filter((n) => n % 3 !== 0)
  expect(matrix.rows).toBe(expected.length)
  expect(matrix.keys.user_id).toEqual(expected.map((n) => `пользователь ${n}${'x'.repeat(n % 200)}`))
  expect(matrix.keys.day?.slice(0, 2)).toEqual(['2026-01-03', '2026-01-02'])
  const flat = expected.flatMap((n) => [n, n % 5 === 0 ? Number.NaN : n / 7, n % 2])
  expect(matrix.data).toEqual(new Float32Array(flat))
})

test('without keys the bytes are the matrix', async () => {
  const matrix = await floatMatrix(warehouse, { sql: 'SELECT * FROM features ORDER BY c', columns: ['a', 'c'] })
  expect(matrix.data.length).toBe(60_000)
  expect([...matrix.data.slice(0, 4)]).toEqual([Number.NaN, 0, Math.fround(1 / 7), 1])
  expect(matrix.keys).toEqual({})
})

test('an empty result is an empty matrix', async () => {
  const sql = 'SELECT * FROM features WHERE 0 ORDER BY c'
  expect(await floatMatrix(warehouse, { sql, columns: ['a'], key: ['user_id'] })).toMatchObject({
    rows: 0,
    keys: { user_id: [] },
  })
  expect((await floatMatrix(warehouse, { sql, columns: ['a'] })).rows).toBe(0)
})
