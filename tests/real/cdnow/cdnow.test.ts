import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rocAuc } from '../../../lib/learning/index.ts'
import { aucDifference } from './auc-difference.ts'
import { folder, knownAt, LOG_NAME, logIsThere, type Purchase, parse, readLines } from './support/purchase-log.ts'
import { openShop, type Shop } from './support/shop.ts'

interface Step {
  readonly key: string
  readonly partition: string
  readonly status: string
}

interface Run {
  readonly runId: string | null
  readonly status: string
  readonly steps: readonly Step[]
}

interface Status {
  readonly key: string
  readonly partitions: Readonly<Record<string, number>>
}

interface Lineage {
  readonly root: string
  readonly nodes: readonly { id: string; key: string; partition: string; metadata: Record<string, unknown> }[]
}

interface Quality {
  readonly model_version: string
  readonly ranking: string
  readonly rows: number
  readonly base_rate: number
  readonly roc_auc: number
  readonly low: number
  readonly high: number
}

/** New Year 1998: the log ends with 1997. */
const THEN = '1998-01-01T00:00:00Z'
/** The whole log is there. */
const NOW = '1998-07-01T00:00:00Z'
/** The newest snapshot whose label is known by now: the test slice of the newest model. */
const TESTED = { month: '1997-12-01', lastDay: '1997-12-31' }

const title = 'CDNOW, real purchases through a graph built with the public API'
if (logIsThere) describe(title, story)
else it(title, (context) => context.skip(`there is no ${LOG_NAME} in ${folder}`))

/** Each part goes on from where the one before it ended. */
function story(): void {
  let shop: Shop
  let lines: string[]
  let purchases: Purchase[]
  const versions = async (asOf: string, key: string) => {
    const states = await shop.json<{ partition: string; dataVersion: string }[]>(asOf, 'status', key, '--partitions')
    return new Map(states.map(({ partition, dataVersion }) => [partition, dataVersion]))
  }
  let then: Map<string, string>

  beforeAll(async () => {
    shop = await openShop()
    lines = readLines()
    purchases = parse(lines)
  })
  afterAll(() => shop.remove())

  it('New Year 1998: snapshots from the log as it was; a line that is no purchase is set aside, with a warning', async () => {
    const [header, ...rest] = lines
    const known = rest.filter((line) => line.trim().split(/ +/)[1]! < '19980101')
    await shop.setLog([header!, ...known, ' 00001 19971301  x   11.77'])
    const run = await shop.json<Run>(THEN, 'materialize', '+features/customers or raw/purchases_quarantine')
    expect(run.status).toBe('succeeded')
    expect(run.steps.filter(({ key }) => key === 'features/customers')).toHaveLength(10)
    expect(await shop.warehouse('raw/purchases_quarantine', 'SELECT line FROM {table}')).toEqual([
      { line: expect.stringContaining('00001 19971301') },
    ])
    then = await versions(THEN, 'features/customers')
    expect([...then.keys()]).toEqual([...Array(10).keys()].map((i) => `1997-${String(i + 3).padStart(2, '0')}`))
  })

  it('July 1998: the log has grown; months that did not change are not made again, and everything else is', async () => {
    await shop.setLog(lines)
    const run = await shop.json<Run>(NOW, 'materialize')
    expect(run.status).toBe('succeeded')
    const made = (key: string) => run.steps.filter((step) => step.key === key && step.status === 'succeeded')
    expect(made('features/customers').map(({ partition }) => partition)).toEqual(
      ['01', '02', '03', '04', '05', '06'].map((month) => `1998-${month}`),
    )
    expect(made('features/lost')).toHaveLength(10)
    expect(made('models/lost').map(({ partition }) => partition)).toEqual(['1998-04', '1998-05', '1998-06'])
    expect(made('scores/mart')).toHaveLength(3)

    const now = await versions(NOW, 'features/customers')
    for (const [month, version] of then) expect([month, now.get(month)]).toEqual([month, version])
  })

  it('status: all is fresh; materialize makes nothing; why says so; verify finds everything as recorded', async () => {
    const status = await shop.json<Status[]>(NOW, 'status')
    expect(status).toHaveLength(12)
    for (const { key, partitions } of status) {
      expect([key, partitions]).toEqual([
        key,
        { fresh: expect.any(Number), stale: 0, missing: 0, failed: 0, possible: 0 },
      ])
      expect(partitions.fresh).toBeGreaterThan(0)
    }
    const again = await shop.json<Run>(NOW, 'materialize')
    expect([again.runId, again.steps]).toEqual([null, []])
    expect(await shop.text(NOW, 'why', 'scores/mart@1998-06')).toContain('scores/mart@1998-06 is fresh')
    const verdicts = await shop.json<{ ok: boolean }[]>(NOW, 'verify')
    expect(verdicts.length).toBeGreaterThan(70)
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([])
  })

  it('raw: every row of the log, equal ones too, and nothing is set aside', async () => {
    const [counted] = await shop.warehouse(
      'raw/purchases',
      `SELECT count() AS rows, uniqExact(customer_id) AS customers, sum(cents) AS total, min(day) AS first, max(day) AS last,
         count() - uniqExact(customer_id, day, cds, cents) AS repeated
       FROM {table} SETTINGS output_format_json_quote_64bit_integers = 0`,
    )
    expect(counted).toEqual({
      rows: 69_659,
      customers: 23_570,
      total: 250_031_563,
      first: '1997-01-01',
      last: '1998-06-30',
      repeated: 255,
    })
    expect(await shop.warehouse('raw/purchases_quarantine', 'SELECT line FROM {table}')).toEqual([])
  })

  it('features and labels: as reckoned purchase by purchase, for everybody', async () => {
    const rows = await shop.warehouse<Record<string, number | string>>(
      'features/customers',
      `SELECT customer_id, recency_days, tenure_days, orders_ever, orders_3m, cents_6m
       FROM {table} WHERE snapshot_month = '${TESTED.month}' SETTINGS output_format_json_quote_64bit_integers = 0`,
    )
    const lost = await shop.warehouse<{ customer_id: string; lost: number }>(
      'features/lost',
      `SELECT customer_id, lost FROM {table} WHERE snapshot_month = '${TESTED.month}'`,
    )
    const outcome = new Map(lost.map((row) => [row.customer_id, row.lost === 1]))
    const found = new Map(
      rows.map((row) => [
        row.customer_id,
        {
          recencyDays: row.recency_days,
          tenureDays: row.tenure_days,
          ordersEver: row.orders_ever,
          orders3m: row.orders_3m,
          cents6m: row.cents_6m,
          lost: outcome.get(String(row.customer_id)),
        },
      ]),
    )
    expect(found.size).toBe(23_570)
    const wrong = [...knownAt(purchases, TESTED.lastDay)].flatMap(([customer, known]) => {
      const made = found.get(customer)
      return isDeepStrictEqual(made, known) ? [] : [{ customer, known, made }]
    })
    expect(wrong.slice(0, 3)).toEqual([])
  })

  it('the model beats recency alone on a snapshot half a year after all that it was fitted on', async () => {
    const quality = await shop.postgres<Quality>('SELECT * FROM {mart}.model_quality')
    const of = Object.fromEntries(quality.map((row) => [row.ranking, row])) as Record<string, Quality>
    for (const { ranking, model_version, rows, base_rate, roc_auc, low, high } of quality) {
      const interval = `${roc_auc.toFixed(4)} (95%: ${low.toFixed(4)}..${high.toFixed(4)})`
      console.info(`${model_version}, ${rows} customers, ${base_rate.toFixed(3)} lost: ROC-AUC ${ranking} ${interval}`)
    }
    const { model, recency, difference } = of
    expect(model!.rows).toBe(23_570)
    expect(model!.roc_auc).toBeGreaterThan(recency!.roc_auc)
    expect(difference!.low).toBeGreaterThan(0)
    expect(difference!.roc_auc).toBeCloseTo(model!.roc_auc - recency!.roc_auc, 9)

    const known = [...knownAt(purchases, TESTED.lastDay).values()]
    const labels = known.map(({ lost }) => (lost ? 1 : 0))
    expect(recency!.roc_auc).toBeCloseTo(
      rocAuc(
        labels,
        known.map(({ recencyDays }) => recencyDays),
      ),
      9,
    )
  })

  it('lineage: from the mart to the log; the model was stored with its parity', async () => {
    const lineage = await shop.json<Lineage>(NOW, 'lineage', 'scores/mart@1998-06')
    const keys = new Set(lineage.nodes.map(({ key }) => key))
    expect([...keys].sort()).toEqual([
      'features/customer_month',
      'features/customers',
      'features/lost',
      'landing/purchase_log',
      'models/lost',
      'models/training_set',
      'raw/purchases',
      'scores/lost',
      'scores/mart',
      'source/purchase_log',
    ])
    const model = lineage.nodes.find(({ key }) => key === 'models/lost')!
    const { parity, sliceRows } = model.metadata as {
      parity: { rows: number; probability: number }
      sliceRows: Record<string, number>
    }
    expect(parity.probability).toBeLessThanOrEqual(1e-6)
    expect(sliceRows.test).toBe(23_570)
    expect(sliceRows.train! + sliceRows.tune! + sliceRows.calibrate!).toBe(4 * 23_570)
  })

  it('the mart: one row for each customer, scored by the newest model, in deciles', async () => {
    const [mart] = await shop.postgres(
      `SELECT count(*)::int AS rows, count(DISTINCT customer_id)::int AS customers, min(snapshot_day)::text AS day,
         min(model_version) AS model, bool_and(churn_probability BETWEEN 0 AND 1) AS are_probabilities,
         sum(cents_ever)::int AS cents, sum(orders_ever)::int AS orders
       FROM {mart}.customer_scores`,
    )
    expect(mart).toEqual({
      rows: 23_570,
      customers: 23_570,
      day: '1998-06-30',
      model: 'lost-1998-06',
      are_probabilities: true,
      cents: 250_031_563,
      orders: 69_659,
    })
    const deciles = await shop.postgres<{ risk: number; recency: number }>(
      `SELECT avg(churn_probability)::float AS risk, avg(recency_days)::float AS recency
       FROM {mart}.customer_scores GROUP BY risk_decile ORDER BY risk_decile`,
    )
    expect(deciles).toHaveLength(10)
    deciles.slice(1).forEach(({ risk }, i) => {
      expect(risk).toBeGreaterThanOrEqual(deciles[i]!.risk)
    })
    expect(deciles.at(-1)!.recency).toBeGreaterThan(deciles[0]!.recency)
  })
}

describe('the interval of a difference of ROC-AUC', () => {
  const labels = Float32Array.from({ length: 400 }, (_, row) => row % 2)
  const noise = labels.map((_, row) => (row * 7919) % 101)
  const good = labels.map((label, row) => label * 60 + noise[row]!)

  it('is the difference of both, and above nothing where one ranks better', () => {
    const { value, low, high } = aucDifference(labels, good, noise, { seed: 1 })
    expect(value).toBeCloseTo(rocAuc(labels, good) - rocAuc(labels, noise), 12)
    expect(low).toBeGreaterThan(0)
    expect(low).toBeLessThan(value)
    expect(high).toBeGreaterThan(value)
  })

  it('is nothing for a ranking and itself', () => {
    expect(aucDifference(labels, good, good, { seed: 1 })).toEqual({ value: 0, low: 0, high: 0 })
  })
})
