import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTable } from '../../../lib/sources/parquet/index.ts'
import { quoteString, type Warehouse } from '../../../lib/warehouse/index.ts'
import { openTestWarehouse, temporaryFolder } from './world.ts'

const shape = { word: 'text', id: 'unique', n: 'integer', at: 'time', end: 'time?' } as const

let warehouse: Warehouse
beforeAll(async () => {
  warehouse = await openTestWarehouse()
})
afterAll(() => warehouse.close())

describe('a Parquet file read back by the engine', () => {
  for (const count of [0, 1, 7, 8, 9, 1023, 1024, 1025, 3000]) {
    it(`${count} rows`, async () => {
      const table = createTable(shape)
      const rows = Array.from({ length: count }, (_, i) => ({
        word: ['', 'слово', 'it’s', 'ascii'][i % 4] as string,
        id: i % 3 === 0 ? `ключ-${i}` : `key-${i}`,
        n: i % 2 === 0 ? 2_147_483_647 - i : -2_147_483_648 + i,
        at: 1_767_225_600_123 + i * 977,
        end: i % 5 === 0 ? null : -1_767_225_600_001 + i,
      }))
      for (const row of rows) table.add(row)
      const path = join(temporaryFolder(), 'rows.parquet')
      writeFileSync(path, table.parquet())
      const read = await warehouse.rows<Record<string, string | number | null>>(
        `SELECT word, id, n, toUnixTimestamp64Milli(at) AS at, toUnixTimestamp64Milli(end) AS end
         FROM file(${quoteString(path)}, 'Parquet')`,
        { settings: { output_format_json_quote_64bit_integers: 0 } },
      )
      expect(read).toEqual(rows)
    })
  }

  it('many distinct values need wide codes', async () => {
    const table = createTable({ word: 'text' })
    for (let i = 0; i < 70_000; i += 1) table.add({ word: `w${i % 66_000}` })
    const path = join(temporaryFolder(), 'rows.parquet')
    writeFileSync(path, table.parquet())
    const [row] = await warehouse.rows(
      `SELECT toString(uniqExact(word)) AS words, toString(countIf(word = 'w' || toString((rowNumberInAllBlocks()) % 66000))) AS right
       FROM file(${quoteString(path)}, 'Parquet') SETTINGS max_threads = 1`,
    )
    expect(row).toEqual({ words: '66000', right: '70000' })
  })

  it('types are what the archive says', async () => {
    const table = createTable(shape)
    table.add({ word: 'a', id: 'b', n: 1, at: 2, end: 3 })
    const path = join(temporaryFolder(), 'rows.parquet')
    writeFileSync(path, table.parquet())
    const columns = await warehouse.rows<{ name: string; type: string }>(
      `DESCRIBE file(${quoteString(path)}, 'Parquet') SETTINGS schema_inference_make_columns_nullable = 'auto'`,
    )
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['word', 'String'],
      ['id', 'String'],
      ['n', 'Int32'],
      ['at', "DateTime64(3, 'UTC')"],
      ['end', "Nullable(DateTime64(3, 'UTC'))"],
    ])
  })

  it('refuses what is no 32-bit integer', () => {
    const table = createTable({ n: 'integer' })
    table.add({ n: 2 ** 31 })
    expect(() => table.parquet()).toThrow(RangeError)
  })
})
