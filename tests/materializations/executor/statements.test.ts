import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'

/** Assets that cost nothing to make, beside each other and in a chain; each chain's has the one before as its input. */
const PROJECT = {
  'definitions.ts': `
import { asset, daily, defineGraph, value } from 'ottok'
const days = daily({ start: '2025-11-01', timezone: 'UTC' })
const plain = (key, rest = {}) => asset({ key, store: value, params: key, materialize: async () => ({ kind: 'value', value: key }), ...rest })
const beside = Array.from({ length: 100 }, (_, i) => plain('beside/a' + i))
const chain = []
for (let i = 0; i < 50; i++) chain.push(plain('chain/a' + i, i === 0 ? {} : { deps: { before: chain[i - 1] } }))
const each = plain('days/each', { partitions: days })
export default defineGraph({ assets: [...beside, ...chain, each] })
`,
}

let shop: ShopCli
let sent = 0
const { query } = pg.Client.prototype

beforeAll(async () => {
  shop = await openShop(PROJECT)
  // Whatever a command opens first.
  await shop.run(['status'])
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    sent++
    return Reflect.apply(query, this, args)
  } as typeof query
})
afterAll(async () => {
  pg.Client.prototype.query = query
  await shop.remove()
})

/** Statements of one command, that open and close transactions included. */
async function statements(args: string[]): Promise<number> {
  sent = 0
  expect(await shop.run(args)).toMatchObject({ code: 0 })
  return sent
}

describe('#32242, #29282, #31694, #19829: statements that PostgreSQL is sent for a materialization', () => {
  it.each([
    // Those that come together share a transaction.
    { selection: 'beside/*', count: 100, most: 1 },
    { selection: 'days/each', count: 124, most: 1 },
    // Each waits for the one before: begin, lease and lock, inputs, record, page read, page written, commit.
    { selection: 'chain/*', count: 50, most: 8 },
  ])('$selection: at most $most', async ({ selection, count, most }) => {
    await statements(['materialize', selection])
    const withoutWork = await statements(['materialize', selection])
    const all = await statements(['materialize', selection, '--force'])
    const each = (all - withoutWork) / count
    console.log(`${selection}: ${all} statements, ${withoutWork} without work, ${each.toFixed(2)} each of ${count}`)
    expect(each).toBeLessThanOrEqual(most)
  })
})
