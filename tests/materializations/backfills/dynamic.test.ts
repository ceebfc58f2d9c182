import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BackfillReport } from '../../../materializations/backfills/report.ts'
import { type Lab, openLab } from './support/lab.ts'

const PROJECT = {
  'definitions.ts': `
import { appendFileSync } from 'node:fs'
import { asset, cross, daily, defineGraph, dynamic, value } from 'ottok'
const days = daily({ start: '2026-03-03', end: '2026-03-05', timezone: 'Europe/Moscow' })
const offer = asset({
  key: 'a/offer',
  partitions: cross({ day: days, campaign: dynamic('campaigns') }),
  store: value,
  async materialize({ partition, resources: { home } }) {
    appendFileSync(home + '/made', partition.key + '\\n')
    return { kind: 'value', value: partition.key }
  },
})
export default defineGraph({ assets: [offer], resources: ({ home }) => ({ home }) })
`,
}

let lab: Lab

beforeAll(async () => {
  lab = await openLab(PROJECT)
})
afterAll(() => lab.remove())

it('dynamic keys that come or go after its creation are a change of partitions: planned anew with --current-code', async () => {
  await lab.json(['partitions', 'add', 'campaigns', 'spring', 'winter'])
  const queued = await lab.json<BackfillReport>(['backfill', 'create', 'a/offer', '--queue'])
  expect(queued.counts).toMatchObject({ wanted: 4, waiting: 4 })
  await lab.json(['partitions', 'add', 'campaigns', 'autumn', 'zenith'])
  const refused = await lab.run(['backfill', 'resume', queued.backfillId])
  expect(refused.code).toBe(2)
  expect(refused.err).toContain('a/offer (partitions)')
  expect(await lab.made()).toEqual([])
  const done = await lab.json<BackfillReport>(['backfill', 'resume', queued.backfillId, '--current-code'])
  expect(done).toMatchObject({ status: 'completed', counts: { wanted: 8, made: 8 } })
  expect([...(await lab.made())].sort().slice(0, 2)).toEqual(['2026-03-03|autumn', '2026-03-03|spring'])
})
