import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShop, type Ran, type ShopCli } from './shop-cli.ts'

const PARQUET = `
import { asset, defineGraph, objects, sql, sqlAsset } from 'ottok'
const file = asset({
  key: 'raw/file',
  store: objects({ extension: 'parquet', format: 'Parquet' }),
  async materialize() {
    return { kind: 'bytes', bytes: new TextEncoder().encode('this is no Parquet file') }
  },
})
const table = sqlAsset({ key: 'raw/typed', deps: { file }, orderBy: [], sql: ({ file }) => sql\`SELECT * FROM \${file}\` })
export default defineGraph({ assets: [file, table] })
`

const NOTHING = `
import { asset, defineGraph, objects, published, value, warehouse } from 'ottok'
const materialize = async () => {}
const table = { schema: 's', table: 't', comment: '', columns: [{ name: 'id', type: 'int', comment: '' }], key: ['id'] }
export default defineGraph({ assets: [
  asset({ key: 'a/value', store: value, materialize }),
  asset({ key: 'a/file', store: objects({ extension: 'txt' }), materialize }),
  asset({ key: 'a/table', store: warehouse, columns: { n: 'Int64' }, materialize }),
  asset({ key: 'a/published', store: published(table), materialize }),
] })
`

const CYCLE = `
import { asset, defineGraph, value } from 'ottok'
const materialize = async () => ({ kind: 'value', value: 1 })
const placeholder = asset({ key: 'a/second', store: value, materialize })
const first = asset({ key: 'a/first', deps: { second: placeholder }, store: value, materialize })
const second = asset({ key: 'a/second', deps: { first }, store: value, materialize })
export default defineGraph({ assets: [first, second] })
`

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop()
  await shop.project.write({
    'cycle.ts': CYCLE,
    'nothing.ts': NOTHING,
    'parquet.ts': PARQUET,
    'broken.ts': 'export default 1 +',
  })
})

afterAll(() => shop.remove())

/** What a command must print when it fails: three lines, no stack trace. */
function told(ran: Ran): { what: string; cause: string | undefined; mend: string | undefined } {
  expect(ran.err).not.toMatch(/\n\s+at /)
  const line = (name: string) => new RegExp(`^${name}: +(.*)$`, 'm').exec(ran.err)?.[1]
  return { what: line('error') ?? ran.err, cause: line('cause'), mend: line('mend') }
}

interface Case {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly what: RegExp
  readonly cause?: RegExp
  readonly mend: RegExp
}

const CASES: readonly Case[] = [
  {
    name: 'an unknown key in a selection',
    args: ['status', 'raw/order'],
    what: /Nothing is selected by 'raw\/order'/,
    mend: /raw\/orders/,
  },
  {
    name: 'an unknown key in an address',
    args: ['why', 'raw/order@2026-03-01'],
    what: /No asset has the key 'raw\/order'/,
    mend: /raw\/orders/,
  },
  {
    name: 'a selection that cannot be parsed',
    args: ['assets', 'key:"raw/orders" and'],
    what: /./,
    mend: /./,
  },
  {
    name: 'an unknown partition',
    args: ['materialize', 'raw/orders', '--partition', 'yesterday'],
    what: /No selected asset has a partition 'yesterday'/,
    mend: /'2026-03-04'/,
  },
  {
    name: 'an unknown partition in an address',
    args: ['lineage', 'raw/orders@yesterday'],
    what: /'raw\/orders' has no partition 'yesterday'/,
    mend: /status --partitions/,
  },
  {
    name: 'a partition outside the range',
    args: ['materialize', 'raw/orders', '--partition', '2026-03-05'],
    what: /The partition '2026-03-05' of 'raw\/orders' does not exist/,
    mend: /2026-03-01 .. 2026-03-04/,
  },
  {
    name: 'a range outside the range',
    args: ['plan', '--from', '2025-01-01', '--to', '2025-02-01'],
    what: /No partition of the selected assets lies in 2025-01-01 .. 2025-02-01/,
    mend: /2026-03-01/,
  },
  {
    name: 'a range that ends before it begins',
    args: ['plan', '--from', '2026-03-02', '--to', '2026-03-01'],
    what: /The range 2026-03-02 \.\. 2026-03-01 is empty/,
    cause: /It ends before it begins/,
    mend: /--from before --to/,
  },
  { name: 'half a range', args: ['plan', '--from', '2026-03-01'], what: /--from was given alone/, mend: /--to/ },
  {
    name: 'two ways to name partitions',
    args: ['plan', '--latest', '--partition', '2026-03-01'],
    what: /--partition and --latest were given together/,
    mend: /one of them/,
  },
  {
    name: 'a cycle, with its path',
    args: ['assets', '--definitions', 'cycle.ts'],
    what: /a\/first -> a\/second -> a\/first|a\/second -> a\/first -> a\/second/,
    mend: /Remove one/,
  },
  {
    name: 'definitions that do not parse',
    args: ['assets', '--definitions', 'broken.ts'],
    what: /cannot load the definitions/,
    mend: /Correct/,
  },
  {
    name: 'definitions that are not there',
    args: ['assets', '--definitions', 'nowhere.ts'],
    what: /nowhere\.ts/,
    mend: /./,
  },
  { name: 'an unknown command', args: ['materialise'], what: /no command 'materialise'/, mend: /materialize/ },
  { name: 'an unknown option', args: ['plan', '--lastest'], what: /unknown option '--lastest'/, mend: /--latest/ },
  { name: 'an unknown subcommand', args: ['runs', 'shwo'], what: /unknown command 'shwo'/, mend: /show/ },
  { name: 'a missing subcommand', args: ['runs'], what: /a command is missing/, mend: /--help/ },
  { name: 'a missing argument', args: ['why'], what: /missing required argument/, mend: /--help/ },
  { name: 'an unknown run', args: ['runs', 'show', 'ffff'], what: /no run 'ffff'/, mend: /runs list/ },
  {
    name: 'a wrong setting',
    args: ['status'],
    env: { OTTOK_ENV: 'Not Allowed' },
    what: /OTTOK_ENV/,
    mend: /OTTOK_ENV/,
  },
  {
    name: 'a wrong DATABASE_URL',
    args: ['status', '--verbose'],
    env: { DATABASE_URL: 'postgresql://user:s3cret@127.0.0.1:1/none' },
    what: /cannot connect to PostgreSQL at postgresql:\/\/user:\*\*\*@127\.0\.0\.1:1/,
    mend: /DATABASE_URL/,
  },
  {
    name: 'an unwritable home',
    args: ['status'],
    env: { OTTOK_HOME: '/dev/null/home', DATABASE_URL: '' },
    what: /\/dev\/null\/home/,
    mend: /OTTOK_HOME/,
  },
]

describe('bad input', () => {
  it.each(CASES)('$name: exit 2, what and how to mend it', async ({ args, env, what, cause, mend }) => {
    const placed = args.map((arg) => (arg.endsWith('.ts') ? shop.project.path(arg) : arg))
    const ran = await shop.run(placed, { env })
    expect(ran.code).toBe(2)
    expect(ran.out).toBe('')
    expect(ran.err).not.toContain('s3cret')
    if (!args.includes('--verbose')) {
      expect(told(ran)).toEqual({
        what: expect.stringMatching(what),
        cause: cause ? expect.stringMatching(cause) : expect.anything(),
        mend: expect.stringMatching(mend),
      })
    } else expect(ran.err).toMatch(what)
  })

  it('an unreadable time of --as-of', async () => {
    const ran = await shop.run(['status'], { now: 'tomorrow' })
    expect([ran.code, told(ran).what]).toEqual([2, "--as-of 'tomorrow' is not a time"])
  })

  it('--json: the error is the one document on stdout', async () => {
    const ran = await shop.run(['status', 'raw/order', '--json'])
    expect(ran.code).toBe(2)
    expect(JSON.parse(ran.out)).toEqual({
      error: {
        what: "Nothing is selected by 'raw/order'",
        cause: expect.any(String),
        mend: 'Did you mean raw/orders?',
      },
    })
  })

  it('a corrupt Parquet file fails its reader, by name', async () => {
    const ran = await shop.run(['materialize', '--definitions', shop.project.path('parquet.ts')])
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('failed: raw/typed')
    expect(ran.out).toMatch(/parquet/i)
    expect(ran.out).toContain('next: mend the cause')
  })

  it('functions that return nothing', async () => {
    const ran = await shop.run(['materialize', '--definitions', shop.project.path('nothing.ts')])
    expect(ran.code).toBe(1)
    for (const [name, mend] of [
      ['value', "Its store is 'value'. Return { kind: 'value', value }."],
      ['file', "Its store is 'objects'. Return { kind: 'bytes', bytes }."],
      ['table', "Its store is 'warehouse'. Return { kind: 'rows', rows }, "],
      ['published', "Its store is 'published'. Return { kind: 'rows', rows }."],
    ]) {
      const told = ran.out.split('\n').find((line) => line.includes(`asset 'a/${name}' returned nothing`))
      expect(told, ran.out).toContain(mend)
    }
  })

  it('a source that cannot be read', async () => {
    await writeFile(`${shop.home}/feed.json`, 'not json')
    const ran = await shop.run(['materialize'])
    expect(ran.code).toBe(1)
    expect(told(ran)).toMatchObject({ what: 'cannot observe feed/orders', mend: expect.stringMatching(/--no-observe/) })
  })

  it('lineage of what was never made', async () => {
    const ran = await shop.run(['lineage', 'scores/mart'])
    expect([ran.code, told(ran).what]).toEqual([1, 'there is no lineage of scores/mart'])
  })
})
