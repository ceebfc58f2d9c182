import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSettings } from '../../../lib/config/index.ts'
import { copyOut, openPostgres, type Postgres, removePostgres } from '../../../lib/postgres/index.ts'
import { type Lineage, openLineage } from '../../../materializations/lineage/lineage.ts'
import { changePages, rebuildPages } from '../../../materializations/lineage/partition-pages.ts'
import { insertVersions, lockSequence } from '../../../materializations/lineage/record.ts'
import { decodePage } from '../../../materializations/planner/state-page.ts'

let home: string
let postgres: Postgres

beforeAll(async () => {
  home = await mkdtemp('/tmp/ottok-pages-')
  postgres = await openPostgres(await loadSettings({ home, environment: 'pages', env: {} }))
})

afterAll(async () => {
  await postgres.close()
  await removePostgres(home)
  await rm(home, { recursive: true, force: true })
})

const ASSETS = ['raw/a', 'features/b']
const PARTITIONS = ['2026-03-01', '2026-03-02', '2026-04-01', '2026-03-01|trial', 'key']

const act = fc.record({
  kind: fc.constantFrom('record' as const, 'record' as const, 'accept' as const, 'wipe' as const),
  asset: fc.constantFrom(...ASSETS),
  partitions: fc.uniqueArray(fc.constantFrom(...PARTITIONS), { minLength: 1 }),
  data: fc.constantFrom('c1:x', 'c1:y'),
})

/** Pages as objects, in an order of their own. */
async function pages(lineage: Lineage): Promise<unknown> {
  const found = await lineage.transaction((client) =>
    copyOut(client, 'SELECT asset_key, page, content FROM partition_pages ORDER BY 1, 2'),
  )
  return found.map(([asset, page, content]) => [
    asset!.toString(),
    page!.toString(),
    decodePage(content!).sort((a, b) => (a.partition < b.partition ? -1 : 1)),
  ])
}

test('pages are what the tables they are derived from say, after any records, acceptances and deletions', async () => {
  let world = 0
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
      const lineage = await openLineage(postgres, `w${++world}`)
      let code = 0
      for (const { kind, asset, partitions, data } of acts) {
        await lineage.transaction(async (client) => {
          await lockSequence(client, lineage.schema)
          if (kind === 'record') {
            const inputs = [
              {
                name: 'in',
                upstream: 'source',
                mapping: 'identity',
                box: { from: 1, to: 2, keys: ['k'] },
                version: `1:${'0123456789abcdef'.repeat(2)}`,
                asOfSeq: 3,
                restated: false,
              },
            ]
            const versions = partitions.map((partition) => ({
              assetKey: asset,
              partition,
              runId: randomUUID(),
              stepNo: 0,
              codeVersion: 'c0',
              dataVersion: data,
              partitionsSignature: 'day@UTC',
              inputs,
              location: { kind: 'observed' as const },
              metadata: {},
              asOf: new Date('2026-03-05T00:00:00Z'),
            }))
            await insertVersions(client, versions)
          } else if (kind === 'accept') {
            const to = `c${++code}`
            await client.query(
              `INSERT INTO acceptances (asset_key, partition, from_code_version, to_code_version, reason, accepted_at)
               SELECT asset_key, partition, '', $3, 'test', clock_timestamp() FROM partition_state
               WHERE asset_key = $1 AND partition = ANY($2)`,
              [asset, partitions, to],
            )
            await changePages(
              client,
              partitions.map((partition) => ({
                assetKey: asset,
                partition,
                change: (before) => before && { ...before, codeVersion: to },
              })),
            )
          } else {
            for (const table of ['partition_state', 'acceptances', 'materializations'])
              await client.query(`DELETE FROM ${table} WHERE asset_key = $1 AND partition = ANY($2)`, [
                asset,
                partitions,
              ])
            await changePages(
              client,
              partitions.map((partition) => ({ assetKey: asset, partition, change: () => undefined })),
            )
          }
        })
      }
      const kept = await pages(lineage)
      await lineage.transaction(rebuildPages)
      expect(await pages(lineage)).toEqual(kept)
    }),
    { numRuns: 12 },
  )
})
