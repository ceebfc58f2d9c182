/** Assets of every kind of partitions, over the night in which Berlin's clocks go back. */
export const KINDS: Readonly<Record<string, string>> = {
  'definitions.ts': `
import {
  asset, cron, cross, daily, defineGraph, dynamic, fixed, hourly, monthly, objects, perDimension, all, specific, sql, sqlAsset, staticMap,
  through, timeOverlap, toDimension, trailing, value, warehouse, weekly,
} from 'ottok'

const timezone = 'Europe/Berlin'
const hours = hourly({ start: '2026-10-24T22:00', timezone })
const days = daily({ start: '2026-10-25', timezone })
const campaigns = dynamic('campaigns')

const events = sqlAsset({
  key: 'raw/events',
  partitions: hours,
  range: 24,
  orderBy: ['n'],
  sql: ({ partition }) => sql\`SELECT arrayJoin(\${partition.list}) AS hour, number AS n FROM numbers(3)\`,
})

const local = sqlAsset({
  key: 'bad/local',
  partitions: hours,
  orderBy: [],
  sql: ({ partition }) => sql\`SELECT toDateTime(\${partition.first}, 'Europe/Berlin') AS hour\`,
})

const perDay = (key, partitions, dep) => sqlAsset({
  key,
  partitions,
  params: key,
  deps: { events: dep },
  orderBy: [],
  sql: ({ events, partition }) => sql\`
    SELECT \${partition.first} AS day, uniqExact(hour) AS hours, count() AS counted, toString(min(hour)) AS first_hour FROM \${events}\`,
})
const berlin = perDay('days/berlin', days, events)
const moscow = perDay('days/moscow', daily({ start: '2026-10-25', timezone: 'Europe/Moscow' }), events)

const week = sqlAsset({
  key: 'weeks/all',
  partitions: weekly({ start: '2026-10-18', timezone, dayOffset: 1, endOffset: 1 }),
  deps: { berlin },
  orderBy: [],
  sql: ({ berlin, partition }) => sql\`SELECT \${partition.first} AS week, sum(hours) AS hours FROM \${berlin}\`,
})

const shifts = sqlAsset({
  key: 'shifts/night',
  partitions: cron('30 2,14 * * *', { start: '2026-10-25', timezone }),
  deps: { last: through(events, trailing({ hours: 2 })) },
  orderBy: [],
  sql: ({ last, partition }) => sql\`SELECT \${partition.first} AS tick, groupUniqArray(toString(hour)) AS hours FROM \${last}\`,
})

const files = asset({
  key: 'files/hours',
  partitions: hours,
  store: objects({ extension: 'json', format: 'JSONEachRow', structure: 'text String' }),
  async materialize({ partition }) {
    return { kind: 'bytes', bytes: new TextEncoder().encode(JSON.stringify({ text: partition.key }) + '\\n') }
  },
})
const read = sqlAsset({
  key: 'days/files',
  partitions: days,
  deps: { files: through(files, timeOverlap({ startOffset: 1 })) },
  orderBy: ['hour'],
  sql: ({ files, partition }) => sql\`SELECT \${partition.first} AS day, toString(hour) AS hour, text FROM \${files}\`,
})

const wanted = asset({
  key: 'ads/wanted',
  store: value,
  async materialize({ addPartitions, removePartitions, resources, inputs }) {
    const { add, remove, fails } = resources.change()
    addPartitions('campaigns', add ?? [])
    removePartitions('campaigns', remove ?? [])
    if (fails) throw new Error('it broke after it had added keys')
    return { kind: 'value', value: add }
  },
})
const spend = sqlAsset({
  key: 'ads/spend',
  partitions: campaigns,
  orderBy: [],
  sql: ({ partition }) => sql\`SELECT arrayJoin(\${partition.keys('partition')}) AS partition, length(partition) AS spent\`,
})
const spendByMonth = sqlAsset({
  key: 'ads/by_month',
  partitions: cross({ month: monthly({ start: '2026-08', timezone }), campaign: campaigns }),
  deps: { spend },
  orderBy: [],
  sql: ({ spend, partition }) => sql\`
    SELECT \${partition.first} AS month, partition AS campaign, spent FROM \${spend}\`,
})
const report = asset({
  key: 'ads/report',
  partitions: monthly({ start: '2026-08', timezone }),
  deps: { rows: through(spendByMonth, toDimension('month')) },
  store: value,
  async materialize({ inputs }) {
    return { kind: 'value', value: inputs.rows.partitions.map((one) => one.partition) }
  },
})

const rates = asset({
  key: 'rates/daily',
  partitions: fixed('usd', 'eur', 'rub'),
  store: value,
  async materialize({ partition }) {
    return { kind: 'value', value: partition.key }
  },
})
const prices = asset({
  key: 'prices/country',
  partitions: fixed('ru', 'eu'),
  deps: { rates: through(rates, staticMap({ ru: 'rub', eu: ['eur', 'usd'] })), base: through(rates, specific(['usd'])) },
  store: value,
  async materialize({ inputs }) {
    return { kind: 'value', value: [...inputs.rates.partitions, ...inputs.base.partitions].map((one) => one.partition) }
  },
})

let change = () => JSON.parse(process.env.KINDS_CHANGE ?? '{}')
export default defineGraph({
  assets: [local, events, berlin, moscow, week, shifts, files, read, wanted, spend, spendByMonth, report, rates, prices],
  resources: async () => ({ change }),
})
`,
}
