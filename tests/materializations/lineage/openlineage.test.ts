import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenLineageEvent } from '../../../materializations/openlineage/types.ts'
import { FEED } from '../cli/shop.ts'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'
import { checkEvents } from './support/openlineage-rules.ts'

let shop: ShopCli
let events: OpenLineageEvent[]

beforeAll(async () => {
  shop = await openShop()
  await shop.run(['materialize', '--yes'])
  await shop.setFeed({ ...FEED, '2026-03-03': 'boom' })
  await shop.run(['materialize', '--yes'])
  events = await shop.json<OpenLineageEvent[]>(['lineage', 'export', '--since', '2000-01-01'])
})

afterAll(() => shop.remove())

const of = (job: string, type: string, found = events) =>
  found.filter((event) => event.job.name === job && event.eventType === type)

describe('lineage export', () => {
  it('gives events that the specification allows; every run begins and ends once', () => {
    expect(events.length).toBeGreaterThan(20)
    checkEvents(events)
  })

  it('a step: what it read and made, with columns, SQL, rows, window and its run', () => {
    const [run] = of('materialize', 'COMPLETE')
    const done = of('features/spend', 'COMPLETE').find(
      ({ run }) => run.facets.nominalTime!.nominalStartTime === '2026-03-01T21:00:00.000Z',
    )!
    expect(done.run.facets).toMatchObject({
      parent: { run: { runId: run!.run.runId }, job: { name: 'materialize' } },
      nominalTime: { nominalStartTime: '2026-03-01T21:00:00.000Z', nominalEndTime: '2026-03-02T21:00:00.000Z' },
    })
    expect(done.job.facets.sql).toMatchObject({ query: expect.stringContaining('input_orders'), dialect: 'clickhouse' })
    const [input] = done.inputs
    const [output] = done.outputs
    expect(input).toMatchObject({
      name: expect.stringMatching(/^ottok_cli_.*\.raw__orders$/),
      facets: { ottok_partitions: { asset: 'raw/orders', partitions: '2026-03-01..2026-03-02' } },
    })
    expect(output).toMatchObject({
      name: expect.stringMatching(/\.features__spend$/),
      facets: {
        schema: {
          fields: [
            { name: 'day', type: 'Date' },
            { name: 'user_id', type: 'UInt32' },
            { name: 'spent', type: 'Int64' },
          ],
        },
        columnLineage: {
          fields: {
            spent: {
              inputFields: [
                {
                  namespace: input!.namespace,
                  name: input!.name,
                  field: 'amount',
                  transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION' }],
                },
              ],
            },
          },
          dataset: [expect.objectContaining({ transformations: [{ type: 'INDIRECT', subtype: 'GROUP_BY' }] })],
        },
      },
      outputFacets: { outputStatistics: { rowCount: 3 } },
    })
  })

  it('a failed step says why, and so does its run', () => {
    const [failed] = of('raw/orders', 'FAIL')
    expect(failed!.run.facets.errorMessage!.message).toContain('the feed of 2026-03-03 is broken')
    expect(failed!.outputs[0]!.outputFacets).toEqual({})
    expect(failed!.inputs.map(({ name }) => name)).toEqual(['feed/orders'])
    expect(of('materialize', 'FAIL')).toHaveLength(1)
  })

  it('objects and published tables go by their own places', () => {
    const [report] = of('reports/daily', 'COMPLETE')
    expect(report!.outputs[0]).toMatchObject({
      name: expect.stringContaining('/assets/reports/daily'),
      outputFacets: { outputStatistics: { fileCount: 1, size: expect.any(Number) } },
    })
    const [mart] = of('scores/mart', 'COMPLETE')
    expect(mart!.outputs[0]!.namespace).toMatch(/^postgres:\/\//)
    expect(JSON.stringify(events)).not.toMatch(/postgres:\/\/[^"]*@/)
  })

  it('streams a line each, since a time', async () => {
    const { out, code } = await shop.run(['lineage', 'export', '--since', '2000-01-01', '--jsonl'])
    expect(code).toBe(0)
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events)
    const [second] = of('materialize', 'FAIL')
    const later = await shop.json<OpenLineageEvent[]>(['lineage', 'export', '--since', second!.eventTime])
    expect(of('materialize', 'FAIL', later)).toHaveLength(1)
    expect(of('materialize', 'COMPLETE', later)).toHaveLength(0)
    expect(await shop.json(['lineage', 'export', '--since', '2100-01-01'])).toEqual([])
  })

  it('what it refuses', async () => {
    const ran = await shop.run(['lineage', 'export', '--since', 'yesterday'])
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining("--since 'yesterday' is not a time")])
    const both = await shop.run(['lineage', 'export', '--since', '2100-01-01', '--jsonl', '--json'])
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('--json and --jsonl were given together')])
    expect((await shop.run(['lineage', 'export'])).code).toBe(2)
  })
})

describe('lineage --format openlineage', () => {
  it('events of the steps that made the nodes, and of their runs', async () => {
    const { out } = await shop.run(['lineage', 'reports/daily@2026-03-02', '--format', 'openlineage'])
    const found = JSON.parse(out) as OpenLineageEvent[]
    checkEvents(found)
    expect(new Set(found.map(({ job }) => job.name))).toEqual(
      new Set(['materialize', 'raw/orders', 'features/spend', 'reports/daily']),
    )
  })
})
