/** A small automated project: a source by day, what is made of it, and an act at the end. No warehouse. */
export const AUTOMATED: Readonly<Record<string, string>> = {
  'definitions.ts': `
import { existsSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { asset, daily, defineGraph, eager, effectAsset, externalAsset, onCron, through, trailing, value } from 'ottok'

const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })
const readFeed = ({ home }) => JSON.parse(readFileSync(home + '/feed.json', 'utf8'))

const feed = externalAsset({
  key: 'feed/orders',
  partitions: days,
  observe: async ({ partitions, resources }) => {
    const content = readFeed(resources)
    if (content === 'away') throw new Error('the feed does not answer')
    return new Map(partitions.filter((day) => content[day]).map((day) => [day, { version: JSON.stringify(content[day]) }]))
  },
})
const raw = asset({
  key: 'raw/orders',
  partitions: days,
  deps: { feed },
  store: value,
  async materialize({ partition, resources, signal }) {
    const { home } = resources
    appendFileSync(home + '/made', process.pid + ' ' + partition.key + '\\n')
    // Waits while a test holds it here, and says so.
    while (existsSync(home + '/gate')) {
      writeFileSync(home + '/gate-reached', '')
      signal.throwIfAborted()
      await sleep(20)
    }
    const rows = readFeed(resources)[partition.key]
    if (rows === 'boom') throw new Error('the feed of ' + partition.key + ' is broken')
    return { kind: 'value', value: rows }
  },
})
const spend = asset({
  key: 'features/spend',
  partitions: days,
  deps: { raw: through(raw, trailing({ days: 2 })) },
  store: value,
  async materialize({ inputs }) {
    return { kind: 'value', value: inputs.raw.partitions.map((one) => one.value()) }
  },
  automation: onCron('0 7 * * *', 'Europe/Moscow', { lookbackDays: 3 }),
})
const mail = effectAsset({
  key: 'delivery/mail',
  partitions: days,
  deps: { spend },
  async act({ partition, resources }) {
    appendFileSync(resources.home + '/sent', partition.key + '\\n')
    return { metadata: {} }
  },
})
const byHand = asset({
  key: 'models/by_hand',
  store: value,
  async materialize() {
    return { kind: 'value', value: 1 }
  },
  automation: null,
})

export default defineGraph({
  assets: [feed, raw, spend, mail, byHand],
  resources: async ({ home }) => ({ home }),
  automation: eager({ lookbackDays: 3 }),
})
`,
}

export const FEED_OF_MARCH = {
  '2026-03-01': [10],
  '2026-03-02': [20],
  '2026-03-03': [30],
  '2026-03-04': [40],
}
