import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BackfillReport } from '../../../materializations/backfills/report.ts'
import { chainFiles, type Lab, openLab, repeated } from './support/lab.ts'

let lab: Lab

beforeAll(async () => {
  // 365 days of 20 assets.
  lab = await openLab(chainFiles({ assets: 20, start: '2025-03-05' }))
})
afterAll(() => lab.remove())

it('#20465 #23679 #33059 #16304: 365 x 20 partitions, killed in the middle and resumed by another process', async () => {
  const killed = lab.spawn(['backfill', 'create', '*'], { OTTOK_KILL_AT: 'value-recorded:3000' })
  expect((await killed.ended).signal).toBe('SIGKILL')
  const before = await lab.made()
  const [{ backfillId, status } = { backfillId: '', status: '' }] = await lab.json<BackfillReport[]>([
    'backfill',
    'list',
  ])
  expect(status).toBe('interrupted')
  const interrupted = await lab.show(backfillId)
  expect(interrupted.counts).toMatchObject({ wanted: 7_300, failed: 0 })
  // What was in the making when the process died is not recorded; all else is.
  const inFlight = before.length - interrupted.counts.made
  expect(interrupted.counts.made).toBeGreaterThan(2_900)

  const resumed = await lab.spawn(['backfill', 'resume', backfillId, '--json']).ended
  expect(resumed.code, resumed.err).toBe(0)
  expect(JSON.parse(resumed.out)).toMatchObject({
    status: 'completed',
    counts: { wanted: 7_300, made: 7_300, unchanged: 0, failed: 0, waiting: 0 },
  })
  expect(await lab.json(['backfill', 'create', '*', '--check'])).toMatchObject({ wanted: 0 })
  const made = await lab.made()
  expect(Object.values(repeated(made))).toEqual(Array(inFlight).fill(2))
  expect(made.length).toBe(7_300 + inFlight)
  const [recorded] = await lab.query<{ rows: number; partitions: number }>(
    'SELECT count(*)::int AS rows, count(DISTINCT (asset_key, partition))::int AS partitions FROM materializations',
  )
  expect(recorded).toEqual({ rows: 7_300, partitions: 7_300 })
})
