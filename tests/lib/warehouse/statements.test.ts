import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWarehouse, type Warehouse, WarehouseError } from '../../../lib/warehouse/index.ts'
import { makeHome, removeHomes } from './home.ts'

let warehouse: Warehouse

beforeAll(async () => {
  warehouse = await openWarehouse({ home: await makeHome(), environment: 'test', maxMemory: 500_000_000 })
})

afterAll(async () => {
  await warehouse.close()
  await removeHomes()
})

async function failure(work: Promise<unknown>): Promise<WarehouseError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (!(error instanceof WarehouseError)) throw new Error(`expected a WarehouseError, got ${String(error)}`)
  return error
}

describe('the session', () => {
  test('unqualified names resolve in the database of the environment, on every connection', async () => {
    await warehouse.command('CREATE TABLE here (n UInt8) ENGINE = MergeTree ORDER BY n')
    const names = await Promise.all(
      Array.from({ length: 6 }, () => warehouse.rows('SELECT currentDatabase() d, count() n FROM here')),
    )
    expect(names).toEqual(Array.from({ length: 6 }, () => [{ d: 'ottok_test', n: '0' }]))
  })

  test('64-bit integers are strings unless asked otherwise, and the asking does not leak', async () => {
    const sql = 'SELECT toUInt64(18446744073709551615) AS n, toInt32(7) AS i -- the end'
    expect(await warehouse.rows(sql)).toEqual([{ n: '18446744073709551615', i: 7 }])
    const settings = { output_format_json_quote_64bit_integers: 0 }
    expect(await warehouse.rows('SELECT toUInt64(5) AS n;', { settings })).toEqual([{ n: 5 }])
    for (let i = 0; i < 4; i++) expect(await warehouse.rows('SELECT toUInt64(5) AS n')).toEqual([{ n: '5' }])
  })

  test('times are in UTC', async () => {
    expect(await warehouse.rows("SELECT toUnixTimestamp(toDateTime('2026-01-01 00:00:00')) AS t")).toEqual([
      { t: 1767225600 },
    ])
  })

  test('statements hold no more memory than allowed', async () => {
    const error = await failure(warehouse.rows('SELECT groupArray(number) AS a FROM numbers(200000000)'))
    expect(error.code).toBe('241')
    expect(error.mend).toContain('OTTOK_WAREHOUSE_MAX_MEMORY')
  })
})

describe('parameters', () => {
  const day = new Date('2026-01-02T03:04:05.678Z')
  test.each<[string, unknown, unknown]>([
    ['String', `it's \\ a "q"\n\ttab {x:Int8} é`, `it's \\ a "q"\n\ttab {x:Int8} é`],
    ['Date', day, '2026-01-02'],
    ['DateTime', day, '2026-01-02 03:04:05'],
    ['DateTime64(3)', day, '2026-01-02 03:04:05.678'],
    ['Array(Date)', [day, new Date('2026-02-03')], ['2026-01-02', '2026-02-03']],
    ['Array(Date)', ['2026-01-02'], ['2026-01-02']],
    ['Array(DateTime64(3))', [day], ['2026-01-02 03:04:05.678']],
    ['Array(String)', ["a'b", 'c\\d', 'e"f', 'tab\t', ''], ["a'b", 'c\\d', 'e"f', 'tab\t', '']],
    ['Array(String)', [], []],
    ['Nullable(Int32)', null, null],
    ['UInt64', 18446744073709551615n, '18446744073709551615'],
    ['Float64', -1.5e-7, -1.5e-7],
    ['Bool', true, true],
  ])('%s takes its value (%#)', async (type, value, expected) => {
    expect(await warehouse.rows(`SELECT {p:${type}} AS p`, { params: { p: value } })).toEqual([{ p: expected }])
  })

  test('many at once keep to themselves', async () => {
    const found = await Promise.all(
      Array.from({ length: 40 }, (_, i) => warehouse.rows('SELECT {p:Int32} AS p', { params: { p: i } })),
    )
    expect(found.flat()).toEqual(Array.from({ length: 40 }, (_, p) => ({ p })))
  })

  test('a Date for a type in another zone is refused', async () => {
    const params = { p: day }
    await expect(warehouse.rows("SELECT {p:DateTime('Europe/Moscow')}", { params })).rejects.toThrow('in UTC')
  })
})

describe('inserts', () => {
  test('rows of every sort come back, in batches too', async () => {
    await warehouse.command(
      'CREATE TABLE kinds (d Date, t DateTime64(3), s String, f Float64, n Nullable(Int32), big UInt64, l Array(String)) ENGINE = MergeTree ORDER BY s',
    )
    const columns = ['d', 't', 's', 'f', 'n', 'big', 'l']
    const t = new Date('2026-01-02T03:04:05.678Z')
    async function* twoBatches() {
      yield [['2026-01-01', t, "a;\n';\0", Number.NaN, null, 18446744073709551615n, ['x', "y'"]]]
      yield [['2026-01-01', '2026-01-02 03:04:05.678', 'b', Number.POSITIVE_INFINITY, 5, 1, []]]
    }
    await warehouse.insertRows('kinds', columns, twoBatches())
    await warehouse.insertRows('ottok_test.kinds', columns, [])
    const text = { settings: { output_format_json_quote_denormals: 1 } }
    expect(await warehouse.rows('SELECT * FROM kinds ORDER BY s', text)).toEqual([
      {
        d: '2026-01-01',
        t: '2026-01-02 03:04:05.678',
        s: "a;\n';\0",
        f: 'nan',
        n: null,
        big: '18446744073709551615',
        l: ['x', "y'"],
      },
      { d: '2026-01-01', t: '2026-01-02 03:04:05.678', s: 'b', f: 'inf', n: 5, big: '1', l: [] },
    ])
  })

  test.each(['RowBinary', 'Parquet', 'ArrowStream', 'TabSeparated'] as const)(
    '%s goes out and in again',
    async (format) => {
      await warehouse.command(
        'CREATE OR REPLACE TABLE copy (s String, f Float32, n Nullable(Int32)) ENGINE = MergeTree ORDER BY s',
      )
      const source =
        "SELECT concat('gz_é', toString(number)) AS s, toFloat32(number / 3) AS f, if(number % 3 = 0, NULL, toInt32(number)) AS n FROM numbers(5000)"
      const bytes = await warehouse.bytes(source, format)
      await warehouse.insertBytes('copy', ['s', 'f', 'n'], format, bytes, { settings: { max_insert_threads: 1 } })
      await warehouse.insertBytes('copy', ['s', 'f', 'n'], format, new Uint8Array(0))
      const sum = 'count() AS c, sum(sipHash64(tuple(s, f, n))) AS h'
      expect(await warehouse.rows(`SELECT ${sum} FROM copy`)).toEqual(
        await warehouse.rows(`SELECT ${sum} FROM (${source})`),
      )
    },
  )

  test('corrupt Parquet is told', async () => {
    const error = await failure(warehouse.insertBytes('copy', ['s'], 'Parquet', Buffer.from('PAR1 is not enough')))
    expect(error.message).toContain('INSERT INTO')
    expect(error.exitCode).toBe(1)
  })
})

describe('failures', () => {
  test('name the statement and carry the code', async () => {
    const error = await failure(warehouse.rows('SELECT * FROM nowhere'))
    expect(error).toMatchObject({ code: '60', cancelled: false })
    expect(error.message).toContain('nowhere')
  })

  test('hide the keys of table functions', async () => {
    const sql = "SELECT * FROM s3('http://127.0.0.1:1/b/k', 'AKIA1', 'hunter2', 'Parquet') WHERE syntax error"
    const error = await failure(warehouse.rows(sql))
    expect(error.message).toContain('127.0.0.1')
    expect(error.message).not.toMatch(/hunter2|AKIA1/)
  })
})

describe('cancelling', () => {
  const endless = 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) % 7 = 3'

  test.each<[string, string, Record<string, unknown> | undefined]>([
    ['a SELECT', endless, undefined],
    ['a SELECT with parameters', `${endless} AND {p:UInt8} = 1`, { p: 1 }],
  ])('stops %s in the engine', async (_name, sql, params) => {
    const stop = new AbortController()
    const running = failure(warehouse.rows(sql, { signal: stop.signal, ...(params === undefined ? {} : { params }) }))
    setTimeout(() => stop.abort(), 200)
    expect(await running).toMatchObject({ cancelled: true, code: '394' })
    const left = await warehouse.rows(
      "SELECT query FROM system.processes WHERE query LIKE '%sipHash64(number) \\% 7%' AND query NOT LIKE '%processes%'",
    )
    expect(left).toEqual([])
  })

  test('before the start runs nothing', async () => {
    await failure(warehouse.command('CREATE TABLE never (n UInt8) ENGINE = Memory', { signal: AbortSignal.abort() }))
    expect(await warehouse.rows("SELECT name FROM system.tables WHERE name = 'never'")).toEqual([])
  })

  test('spares the others, and one signal serves many', async () => {
    const stop = new AbortController()
    const other = warehouse.rows('SELECT count() AS n FROM numbers(30000000) WHERE sipHash64(number) % 2 = 3')
    const running = failure(warehouse.rows(endless, { signal: stop.signal }))
    for (let i = 0; i < 15; i++) await warehouse.rows('SELECT 1', { signal: stop.signal })
    stop.abort()
    expect((await running).cancelled).toBe(true)
    expect(await other).toEqual([{ n: '0' }])
  })
})
