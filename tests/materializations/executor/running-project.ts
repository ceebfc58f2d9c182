/** Assets that do what a file of the home says: `{ key: action }`, by which a test changes them without other code. */
export const RUNNING: Readonly<Record<string, string>> = {
  'definitions.ts': `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { asset, daily, defineGraph, effectAsset, sqlAsset, sql, value, warehouse } from 'ottok'
import { answer } from './answer.ts'

const days = daily({ start: '2026-03-01', timezone: 'UTC' })
const trace = ({ home }, line) => appendFileSync(home + '/trace', line + '\\n')

const behave = (key) => async ({ resources, log, signal, partition }) => {
  const { home } = resources
  const file = home + '/behaviour.json'
  const actions = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8'))[key] ?? {} : {}
  trace(resources, 'start ' + key)
  const triesFile = home + '/tries-' + key.replace('/', '-')
  const tries = existsSync(triesFile) ? Number(readFileSync(triesFile, 'utf8')) : 0
  writeFileSync(triesFile, String(tries + 1))
  for (const [message, fields] of actions.log ?? []) log.info(message, fields)
  for (const message of actions.warn ?? []) log.warn(message)
  if (actions.sleepMs) await sleep(actions.sleepMs)
  if (actions.hang) {
    writeFileSync(home + '/hanging', key)
    await sleep(30_000, undefined, actions.hang === 'deaf' ? { ref: false } : { signal })
  }
  if (tries < (actions.failures ?? 0)) throw new Error('try ' + (tries + 1) + ' of ' + key + ' broke: ' + (actions.because ?? ''))
  trace(resources, 'end ' + key)
  return { kind: 'value', value: answer(), metadata: { tries: tries + 1 } }
}

const node = (key, rest = {}) => asset({ key, store: value, materialize: behave(key), params: key, ...rest })

const base = node('work/base')
const retried = node('work/retried', { retry: { attempts: 3, delayMs: 20, backoff: 'linear', jitter: 'none' } })
const limited = node('work/limited', { timeoutMs: 300 })
const after = node('work/after', { deps: { base } })
const pooled = ['a', 'b', 'c'].map((name) => node('pool/' + name, { pool: 'narrow' }))
const free = ['x', 'y'].map((name) => node('free/' + name))

const slow = sqlAsset({
  key: 'work/slow_sql',
  orderBy: [],
  timeoutMs: 1500,
  sql: () => sql\`SELECT count() AS n FROM numbers(1000000000000000) WHERE sipHash64(number) = 1\`,
})

const many = asset({
  key: 'many/days',
  partitions: days,
  store: value,
  range: 1000,
  async materialize({ partitions, resources }) {
    trace(resources, 'made ' + partitions.length)
    const odd = existsSync(resources.home + '/odd')
    const made = partitions.filter((day) => !odd || day.key !== '2026-03-03')
    return { kind: 'each', outputs: new Map(made.map((day) => [day.key, { kind: 'value', value: day.key, metadata: { day: day.key } }])) }
  },
})

const hook = (name) => ({ key, partitions, error, metadata, resources, log }) => {
  trace(resources, name + ' ' + key + ' ' + JSON.stringify({ partitions, error, metadata }))
  log.info('hook of ' + key)
}
const hooked = node('hook/good', { hooks: { onSuccess: hook('asset success'), onFailure: hook('asset failure') } })
const broken = node('hook/broken', { hooks: { onSuccess: () => { throw new Error('the hook broke') } } })

export default defineGraph({
  assets: [base, retried, limited, after, ...pooled, ...free, slow, many, hooked, broken],
  pools: { narrow: 1 },
  hooks: { onSuccess: (context) => context.key.startsWith('hook/') && hook('graph success')(context) },
  resources: async ({ home }) => ({ home }),
})
`,
  'answer.ts': 'export const answer = () => 42\n',
}
