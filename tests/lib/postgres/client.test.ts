import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OttokError } from '../../../lib/config/index.ts'
import { copyIn, migrate, openPostgres, type Postgres, removePostgres } from '../../../lib/postgres/index.ts'
import { type Postgres15, startPostgres15 } from '../../standins/postgres-15.ts'

let home: string
let server: Postgres15

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ottok-postgres-'))
  server = await startPostgres15()
})

afterAll(async () => {
  await removePostgres(home)
  await server.stop()
  await rm(home, { recursive: true, force: true })
})

const kinds: [string, () => Promise<Postgres>][] = [
  ['the embedded server', () => openPostgres({ home })],
  ['PostgreSQL 15', () => openPostgres({ home, databaseUrl: server.url })],
]

describe.each(kinds)('%s', (_name, open) => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await open()
  })
  afterAll(async () => {
    await postgres.close()
    await postgres.close()
  })

  test('values come in types that lose nothing', async () => {
    const sql = `SELECT 9007199254740991::int8 AS n, 1.10::numeric AS d, '2026-01-02 03:04:05.678+03'::timestamptz AS t,
      '2026-01-02'::date AS day, '2026-01-02 03:04:05'::timestamp AS plain, '{"a":[1]}'::jsonb AS j, ARRAY['a','b,c'] AS l`
    expect((await postgres.pool.query(sql)).rows).toEqual([
      {
        n: 9007199254740991,
        d: '1.10',
        t: new Date('2026-01-02T00:04:05.678Z'),
        day: '2026-01-02',
        plain: new Date('2026-01-02T03:04:05Z'),
        j: { a: [1] },
        l: ['a', 'b,c'],
      },
    ])
    await expect(postgres.pool.query('SELECT 9007199254740993::int8 AS n')).rejects.toThrow('beyond the safe integers')
  })

  test('a transaction that fails leaves nothing', async () => {
    await postgres.pool.query('CREATE TABLE kept (n int)')
    const failing = postgres.transaction(async (client) => {
      await client.query('INSERT INTO kept VALUES (1)')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await postgres.transaction(async (client) => (await client.query('SELECT * FROM kept')).rows)).toEqual([])
  })

  test('a transaction whose connection is cut tells so, and the pool lives on', async () => {
    const cut = postgres.transaction(async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await postgres.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
      await client.query('SELECT 1')
    })
    await expect(cut).rejects.toThrow(/terminat|connection error/i)
    expect((await postgres.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  test('COPY carries every letter and sort of value', async () => {
    await postgres.pool.query(
      'CREATE TABLE copied (id int, "a ""b" text, l text[], m int[][], j jsonb, b bytea, t timestamptz, f float8, big int8, yes boolean)',
    )
    const columns = ['id', 'a "b', 'l', 'm', 'j', 'b', 't', 'f', 'big', 'yes']
    const t = new Date('2026-01-02T03:04:05.678Z')
    const texts = ['tab\tnew\nline\r', 'back\\slash \\N \\.', '', 'é "q" \'s\'', '\\.']
    const hard = ['a,b', '{x}', 'NULL', '', null, 'q"\\', 'tab\t']
    const rows = texts.map((text, id) => [
      id,
      text,
      hard,
      [
        [1, 2],
        [3, 4],
      ],
      { k: 'v"\\\n\t' },
      Uint8Array.of(0, 92, 255),
      t,
      Number.NaN,
      9007199254740991n,
      true,
    ])
    await postgres.transaction((client) =>
      copyIn(client, 'copied', columns, [...rows, [9, ...columns.slice(1).map(() => null)]]),
    )
    const found = await postgres.pool.query('SELECT * FROM copied ORDER BY id')
    expect(found.rows).toEqual([
      ...texts.map((text, id) => ({
        id,
        'a "b': text,
        l: hard,
        m: [
          [1, 2],
          [3, 4],
        ],
        j: { k: 'v"\\\n\t' },
        b: Buffer.of(0, 92, 255),
        t,
        f: Number.NaN,
        big: 9007199254740991,
        yes: true,
      })),
      { id: 9, ...Object.fromEntries(columns.slice(1).map((name) => [name, null])) },
    ])
  })

  test('COPY takes a stream of many rows, and one that breaks leaves nothing', async () => {
    await postgres.pool.query('CREATE TABLE many (n int, s text)')
    async function* rows(count: number, breaksAt = Number.POSITIVE_INFINITY) {
      for (let n = 0; n < count; n++) {
        if (n === breaksAt) throw new Error('the source broke')
        yield [n, `row ${n}`]
      }
    }
    const columns = ['n', 's']
    await expect(postgres.transaction((client) => copyIn(client, 'many', columns, rows(5000, 4000)))).rejects.toThrow(
      'the source broke',
    )
    await expect(postgres.transaction((client) => copyIn(client, 'many', columns, [['x', 'y']]))).rejects.toThrow(
      'integer',
    )
    await postgres.transaction((client) => copyIn(client, 'many', columns, rows(20_000)))
    const sum = 'SELECT count(*) AS c, sum(n)::int8 AS s, max(s) AS m FROM many'
    expect((await postgres.pool.query(sum)).rows).toEqual([{ c: 20_000, s: 199_990_000, m: 'row 9999' }])
  })

  test('migrations are applied once, in order, by many at once', async () => {
    const migrations = [
      { name: '001', sql: 'CREATE TABLE log (n int); INSERT INTO log VALUES (1)' },
      { name: '002', sql: 'INSERT INTO log SELECT max(n) + 1 FROM log' },
    ]
    const plan = { schema: 'ottok_migrated', migrations }
    await Promise.all(Array.from({ length: 6 }, () => migrate(postgres.pool, plan)))
    await migrate(postgres.pool, plan)
    expect((await postgres.pool.query('SELECT n FROM ottok_migrated.log ORDER BY n')).rows).toEqual([
      { n: 1 },
      { n: 2 },
    ])

    const broken = [...migrations, { name: '003', sql: 'INSERT INTO log VALUES (3); SELECT nonsense' }]
    await expect(migrate(postgres.pool, { schema: 'ottok_migrated', migrations: broken })).rejects.toThrow('nonsense')
    const mended = [...migrations, { name: '003', sql: 'INSERT INTO log VALUES (4)' }]
    await migrate(postgres.pool, { schema: 'ottok_migrated', migrations: mended })
    expect((await postgres.pool.query('SELECT max(n) AS n FROM ottok_migrated.log')).rows).toEqual([{ n: 4 }])
    await expect(migrate(postgres.pool, plan)).rejects.toThrow('does not know: 003')
  })
})

describe('an address that does not work', () => {
  test.each<[string, (url: URL) => void, RegExp]>([
    [
      'nobody listens',
      (url) => {
        url.port = '1'
      },
      /ECONNREFUSED/,
    ],
    [
      'the password is wrong',
      (url) => {
        url.password = 'hunter2%40'
      },
      /password authentication failed/,
    ],
    [
      'the database is missing',
      (url) => {
        url.pathname = '/nowhere'
      },
      /"nowhere" does not exist/,
    ],
  ])('is told without the password when %s', async (_name, change, cause) => {
    const url = new URL(server.url)
    change(url)
    const error = await openPostgres({ home, databaseUrl: url.href }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(OttokError)
    expect((error as OttokError).exitCode).toBe(2)
    expect(String(error)).toMatch(cause)
    expect(String(error)).toContain('DATABASE_URL')
    expect(String(error)).not.toMatch(/hunter2|stand-in/)
  })
})
