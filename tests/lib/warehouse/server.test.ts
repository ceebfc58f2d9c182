import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { floatMatrix } from '../../../lib/learning/index.ts'
import { openWarehouse, type Warehouse, WarehouseError } from '../../../lib/warehouse/index.ts'
import { type ClickHouseHttp, startClickHouseHttp } from '../../standins/clickhouse-http.ts'

let server: ClickHouseHttp
let warehouse: Warehouse

const open = (clickhouseUrl: string, environment = 'test') =>
  openWarehouse({ home: '/nowhere', environment, clickhouseUrl, maxMemory: 500_000_000 })

beforeAll(async () => {
  server = await startClickHouseHttp()
  warehouse = await open(server.url)
})

afterAll(async () => {
  await warehouse.close()
  await server.stop()
})

describe('a warehouse on a server', () => {
  test('has its database, its session and its parameters', async () => {
    expect(warehouse.kind).toBe('server')
    const params = {
      s: "it's \\ \t q",
      days: [new Date('2026-01-02')],
      t: new Date('2026-01-02T03:04:05.678Z'),
      n: null,
    }
    const sql = `SELECT currentDatabase() AS db, count() AS c, timezone() AS zone, {s:String} AS s, {days:Array(Date)} AS days,
      {t:DateTime64(3)} AS t, {n:Nullable(Int8)} AS n FROM system.one`
    expect(await warehouse.rows(sql, { params })).toEqual([
      {
        db: 'ottok_test',
        c: '1',
        zone: 'UTC',
        s: params.s,
        days: ['2026-01-02'],
        t: '2026-01-02 03:04:05.678',
        n: null,
      },
    ])
  })

  test('takes rows and bytes, and gives them back', async () => {
    await warehouse.command('CREATE TABLE t (s String, f Float32, d DateTime64(3)) ENGINE = MergeTree ORDER BY s')
    await warehouse.insertRows(
      't',
      ['s', 'f', 'd'],
      [
        ["a;'\n", 1.5, new Date('2026-01-02')],
        ['b', Number.NaN, '2026-01-03 00:00:00'],
      ],
    )
    const bytes = await warehouse.bytes('SELECT * FROM t ORDER BY s', 'RowBinary')
    await warehouse.insertBytes('t', ['s', 'f', 'd'], 'RowBinary', bytes, { settings: { max_insert_threads: 1 } })
    const matrix = await floatMatrix(warehouse, { sql: 'SELECT * FROM t ORDER BY s', columns: ['f'], key: ['s'] })
    expect(matrix.keys.s).toEqual(["a;'\n", "a;'\n", 'b', 'b'])
    expect([...matrix.data]).toEqual([1.5, 1.5, Number.NaN, Number.NaN])
  })

  test('keeps its identity; environments keep apart', async () => {
    const [again, other] = [await open(server.url), await open(server.url, 'other')]
    expect(await again.storeId()).toBe(await warehouse.storeId())
    expect(await other.storeId()).not.toBe(await warehouse.storeId())
    await again.close()
    await other.close()
  })

  test('stops what its signal cancels', async () => {
    const stop = new AbortController()
    const endless = 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) % 7 = 3'
    const running = warehouse.rows(endless, { signal: stop.signal }).catch((error: unknown) => error)
    setTimeout(() => stop.abort(), 200)
    expect(await running).toMatchObject({ cancelled: true })
    expect(
      await warehouse.rows(
        "SELECT 1 FROM system.processes WHERE query LIKE '%\\% 7 = 3%' AND query NOT LIKE '%processes%'",
      ),
    ).toEqual([])
  })

  test('tells what failed', async () => {
    const error = await warehouse.rows('SELECT * FROM nowhere').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(WarehouseError)
    expect(error).toMatchObject({ code: '60' })
  })
})

test.each<[string, (url: URL) => void]>([
  [
    'nobody listens',
    (url) => {
      url.port = '1'
    },
  ],
  [
    'the password is wrong',
    (url) => {
      url.password = 'hunter2'
    },
  ],
])('a server is told without its password when %s', async (_name, change) => {
  const url = new URL(server.url)
  change(url)
  const error = await open(url.href).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(WarehouseError)
  expect(String(error)).toContain('CLICKHOUSE_URL')
  expect(String(error)).not.toMatch(/hunter2|stand-in/)
})
