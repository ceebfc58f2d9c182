/**
 * A small project with every kind of asset and store. Its code has two states, A and B, which differ in every asset
 * but the external one; B also adds a column to one table, changes the type of one in another, and empties one day of
 * `features/daily` that A fills, and the other way round.
 */
export const PROJECT: Readonly<Record<string, string>> = {
  'definitions.ts': `
import { defineGraph } from 'ottok'
import { archive, daily, delivery, events, limit, mart, report, source, totals, window } from './assets.ts'

export default defineGraph({
  assets: [source, events, daily, window, limit, report, archive, totals, mart, delivery],
  resources: ({ home }) => ({ feed: home + '/feed.json', gate: home + '/gate', outbox: home + '/outbox-' }),
})
`,
  'assets.ts': `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  asset, daily as perDay, effectAsset, externalAsset, noNulls, objects, published, rowCount, sql, sqlAsset, through,
  trailing, value, warehouse,
} from 'ottok'
import { extra, keeps, limitOf, mark, padding, slow, spent, uncounted } from './rule.ts'

const days = perDay({ start: '2026-03-01', timezone: 'Europe/Moscow' })
const feedOf = ({ feed }) => JSON.parse(readFileSync(feed, 'utf8'))

export const source = externalAsset({
  key: 'feed/events',
  partitions: days,
  observe: async ({ partitions, resources }) => {
    const content = feedOf(resources)
    return new Map(partitions.filter((day) => content[day]).map((day) => [day, { version: JSON.stringify(content[day]) }]))
  },
})

export const events = asset({
  key: 'raw/events',
  partitions: days,
  deps: { source },
  store: warehouse,
  columns: { day: 'Date', user_id: 'Nullable(UInt32)', amount: 'Int64', mark: 'String' },
  orderBy: [],
  checks: [noNulls('user_id')],
  async materialize({ partition, resources, signal }) {
    // Waits at the gate while a test has closed it, and says so.
    while (existsSync(resources.gate)) {
      writeFileSync(resources.gate + '-reached', partition.key)
      await sleep(20, undefined, { signal })
    }
    const rows = feedOf(resources)[partition.key]
    if (rows === 'boom') throw new Error('the feed of ' + partition.key + ' is broken')
    return { kind: 'rows', rows: rows.map(([user, amount]) => [partition.date, user, amount, mark]) }
  },
})

export const daily = sqlAsset({
  key: 'features/daily',
  partitions: days,
  deps: { events },
  orderBy: ['user_id'],
  range: 4,
  sql: ({ events }) => sql\`
    SELECT day, assumeNotNull(user_id) AS user_id, \${spent} AS spent FROM \${events} WHERE \${keeps} GROUP BY day, user_id\${slow}\`,
})

export const window = sqlAsset({
  key: 'features/window',
  partitions: days,
  deps: { daily: through(daily, trailing({ days: 2 })) },
  orderBy: ['user_id'],
  uncounted,
  checks: [rowCount({ max: 1000 })],
  sql: ({ daily, partition }) => sql\`
    SELECT \${partition.last} AS day, user_id, sum(spent) AS spent, '\${mark}' AS mark\${extra} FROM \${daily} GROUP BY user_id\`,
})

export const limit = asset({
  key: 'models/limit',
  store: value,
  async materialize() {
    return { kind: 'value', value: { limit: limitOf() } }
  },
})

export const report = asset({
  key: 'reports/daily',
  partitions: days,
  deps: { window },
  store: objects({ extension: 'json' }),
  async materialize({ inputs, warehouse, log, partition }) {
    const rows = await warehouse.rows('SELECT user_id, spent, mark FROM ' + inputs.window.table + ' ORDER BY user_id')
    log.info('read ' + partition.key, { rows: rows.length })
    return { kind: 'bytes', bytes: new TextEncoder().encode(mark + JSON.stringify(rows) + ' '.repeat(padding)) }
  },
})

// Many days a step: objects, which are written one by one before their record, and values.
export const archive = asset({
  key: 'reports/archive',
  partitions: days,
  deps: { report },
  store: objects({ extension: 'txt' }),
  range: 4,
  async materialize({ inputs, log }) {
    const outputs = new Map()
    for (const report of inputs.report.partitions) {
      log.info('read ' + report.partition)
      const text = new TextDecoder().decode(await report.bytes())
      outputs.set(report.partition, { kind: 'bytes', bytes: new TextEncoder().encode(mark + ' of ' + text) })
    }
    return { kind: 'each', outputs }
  },
})

export const totals = asset({
  key: 'reports/totals',
  partitions: days,
  deps: { archive },
  store: value,
  range: 4,
  async materialize({ inputs, log }) {
    const outputs = new Map()
    for (const archived of inputs.archive.partitions) {
      log.info('read ' + archived.partition)
      outputs.set(archived.partition, { kind: 'value', value: { mark, bytes: (await archived.bytes()).length } })
    }
    return { kind: 'each', outputs }
  },
})

export const mart = asset({
  key: 'scores/mart',
  partitions: days,
  deps: { window, limit },
  store: published({
    schema: 'mart',
    table: 'big_spenders',
    comment: 'Users who spend more than the limit.',
    columns: [
      { name: 'day', type: 'date', comment: 'Day of the score.' },
      { name: 'user_id', type: 'bigint', comment: 'The user.' },
      { name: 'mark', type: 'text', comment: 'Which code made it.' },
    ],
    key: ['user_id'],
  }),
  async materialize({ inputs, warehouse, partition }) {
    const { limit } = inputs.limit.only().value()
    const rows = await warehouse.rows(
      'SELECT user_id FROM ' + inputs.window.table + ' WHERE spent > ' + limit + ' ORDER BY user_id',
    )
    return { kind: 'rows', rows: rows.map((row) => [partition.date, row.user_id, mark]) }
  },
})

// The outside world drops what it has under the same key, as a delivery by decision id does.
export const delivery = effectAsset({
  key: 'delivery/mail',
  partitions: days,
  deps: { mart },
  async act({ partition, resources, warehouse }) {
    // The environments of a test share a process and its resources; each has an outside world of its own.
    const [{ database }] = await warehouse.rows('SELECT currentDatabase() AS database')
    const outbox = resources.outbox + database
    appendFileSync(outbox + '.attempts', partition.key + ' ' + mark + '\\n')
    const sent = existsSync(outbox) ? readFileSync(outbox, 'utf8').split('\\n') : []
    if (!sent.includes(partition.key)) appendFileSync(outbox, partition.key + '\\n')
    return { metadata: { mark } }
  },
})
`,
}

const A = {
  mark: 'A',
  keeps: 'amount > 10',
  limit: 15,
  spent: 'sum(amount)',
  extra: '',
  slow: '',
  padding: 0,
  uncounted: [],
}

/** `rule.ts` in each state of the code. */
export const CODE = {
  A: ruleFile(A),
  B: ruleFile({
    mark: 'B',
    keeps: 'amount < 10 OR amount >= 20',
    limit: 25,
    spent: 'toInt32(sum(amount))',
    extra: ', count() AS days',
    slow: '',
    padding: 0,
    uncounted: [],
  }),
  /** As A, with a statement that runs until it is killed. */
  slow: ruleFile({
    ...A,
    slow: ' UNION ALL SELECT today(), 0, 0 FROM numbers(1000000000000000) WHERE sipHash64(number) = 1',
  }),
} as const

/** Bytes that no file of a run has, but of `LARGE` ones. */
export const FILE_LIMIT = 200_000

const NOISE = `, (SELECT groupArray(sipHash64(number)) FROM numbers(${FILE_LIMIT / 4})) AS noise`

/** As A, with more bytes than `FILE_LIMIT` in a row of a table, or in each of some objects. */
export const LARGE = {
  tables: ruleFile({ ...A, extra: NOISE }),
  'columns that no data version counts': ruleFile({ ...A, extra: NOISE, uncounted: ['noise'] }),
  objects: ruleFile({ ...A, padding: FILE_LIMIT * 2 }),
} as const

export type Code = keyof typeof CODE

function ruleFile(rule: {
  mark: string
  keeps: string
  limit: number
  spent: string
  extra: string
  slow: string
  padding: number
  uncounted: readonly string[]
}): string {
  return `
export const mark = ${JSON.stringify(rule.mark)}
export const keeps = ${JSON.stringify(rule.keeps)}
export const spent = ${JSON.stringify(rule.spent)}
export const extra = ${JSON.stringify(rule.extra)}
export const slow = ${JSON.stringify(rule.slow)}
export const padding = ${rule.padding}
export const uncounted = ${JSON.stringify(rule.uncounted)}
export const limitOf = () => ${rule.limit}
`
}

/** Content of the feed: day -> [user, amount] rows. Code A makes nothing of day 3, code B nothing of day 2. */
export const FEED: Readonly<Record<string, unknown>> = {
  '2026-03-01': [
    [1, 20],
    [2, 30],
  ],
  '2026-03-02': [
    [1, 12],
    [3, 15],
  ],
  '2026-03-03': [[2, 7]],
  '2026-03-04': [
    [1, 11],
    [2, 40],
  ],
  '2026-03-05': [[3, 50]],
}

/** Days 1 to 4 have ended. */
export const DAY_5 = '2026-03-05T12:00:00+03:00'
/** Days 1 to 5 have ended. */
export const DAY_6 = '2026-03-06T12:00:00+03:00'
