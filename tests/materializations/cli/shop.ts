/** A small project with every kind of asset and store, as a user of the package would write it. */
export const SHOP: Readonly<Record<string, string>> = {
  'definitions.ts': `
import { defineGraph } from 'ottok'
import { delivery, feed, limit, mart, orders, report, spend } from './assets.ts'
export { commands } from './commands.ts'
export default defineGraph({
  assets: [feed, orders, spend, limit, report, mart, delivery],
  resources: async ({ home }) => ({ feedFile: home + '/feed.json' }),
})
`,
  'assets.ts': `
import { readFileSync } from 'node:fs'
import {
  asOf, asset, daily, effectAsset, externalAsset, noNulls, objects, published, sql, sqlAsset, through, trailing, value, warehouse,
} from 'ottok'
import { limitNow } from './limit.ts'

const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })
const readFeed = (resources) => JSON.parse(readFileSync(resources.feedFile, 'utf8'))

export const feed = externalAsset({
  key: 'feed/orders',
  partitions: days,
  observe: async ({ partitions, resources }) => {
    const content = readFeed(resources)
    return new Map(partitions.filter((day) => content[day]).map((day) => [day, { version: JSON.stringify(content[day]) }]))
  },
})

export const orders = asset({
  key: 'raw/orders',
  description: 'Orders as they came in.',
  partitions: days,
  deps: { feed },
  store: warehouse,
  columns: { day: 'Date', user_id: 'UInt32', amount: 'Int64' },
  orderBy: ['user_id'],
  checks: [noNulls('user_id')],
  async materialize({ partition, resources }) {
    const rows = readFeed(resources)[partition.key]
    if (rows === 'boom') throw new Error('the feed of ' + partition.key + ' is broken')
    return { kind: 'rows', rows: rows.map(([user, amount]) => [partition.date, user, amount]) }
  },
})

export const spend = sqlAsset({
  key: 'features/spend',
  partitions: days,
  deps: { orders: through(orders, trailing({ days: 2 })) },
  orderBy: ['user_id'],
  sql: ({ orders, partition }) => sql\`
    SELECT \${partition.last} AS day, user_id, sum(amount) AS spent FROM \${orders} GROUP BY user_id\`,
})

export const limit = asset({
  key: 'models/limit',
  store: value,
  async materialize() {
    return { kind: 'value', value: { limit: limitNow() } }
  },
})

export const report = asset({
  key: 'reports/daily',
  partitions: days,
  deps: { spend },
  store: objects({ extension: 'json' }),
  async materialize({ inputs, warehouse }) {
    const rows = await warehouse.rows('SELECT user_id, spent FROM ' + inputs.spend.table + ' ORDER BY user_id')
    return { kind: 'bytes', bytes: new TextEncoder().encode(JSON.stringify(rows)), metadata: { rows: rows.length } }
  },
})

export const mart = asset({
  key: 'scores/mart',
  partitions: days,
  deps: { spend, limit: through(limit, asOf()) },
  store: published({
    schema: 'mart',
    table: 'big_spenders',
    comment: 'Users who spend more than the limit.',
    columns: [
      { name: 'day', type: 'date', comment: 'Day of the score.' },
      { name: 'user_id', type: 'bigint', comment: 'The user.' },
    ],
    key: ['user_id'],
  }),
  async materialize({ inputs, warehouse, partition }) {
    const { limit } = inputs.limit.only().value()
    const rows = await warehouse.rows(
      'SELECT user_id FROM ' + inputs.spend.table + ' WHERE spent > ' + limit + ' ORDER BY user_id',
    )
    return { kind: 'rows', rows: rows.map((row) => [partition.date, row.user_id]) }
  },
})

export const delivery = effectAsset({
  key: 'delivery/mail',
  partitions: days,
  deps: { mart },
  async act() {
    return { metadata: { sent: 1 } }
  },
})
`,
  'limit.ts': `export const limitNow = () => 15\n`,
  'commands.ts': `
export const commands = [
  {
    name: 'greet',
    arguments: '<name>',
    description: 'says what it sees',
    options: [{ flags: '--loud', description: 'in capitals' }],
    async run(context, [name], options) {
      const run = await context.materialize({ selection: 'raw/orders', partitions: { kind: 'latest' } })
      const [row] = await context.query('SELECT 1 + 1 AS two')
      const greeting = 'hello ' + name + ' at ' + (await context.now()).toISOString()
      return {
        json: { greeting, two: row.two, status: run.status, assets: context.graph.order.length },
        text: options.loud ? greeting.toUpperCase() : greeting,
      }
    },
  },
]
`,
}

/** Content of the feed: day -> [user, amount] rows. */
export const FEED: Readonly<Record<string, unknown>> = {
  '2026-03-01': [
    [1, 10],
    [2, 5],
  ],
  '2026-03-02': [
    [1, 10],
    [3, 20],
  ],
  '2026-03-03': [[2, 7]],
  '2026-03-04': [
    [1, 1],
    [2, 12],
  ],
}

/** The days 1 to 4 have ended. */
export const NOW = '2026-03-05T12:00:00+03:00'
