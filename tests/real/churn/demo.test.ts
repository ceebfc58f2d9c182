import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { featureNames, readTrainingRows } from '../../../assets/models/training-rows.ts'
import { martColumns } from '../../../assets/scores/mart-columns.ts'
import { seededRandom, sliceRows, temporalSlices, trainChurnModel } from '../../../lib/learning/index.ts'
import { openWarehouse } from '../../../lib/warehouse/index.ts'
import { tableOf, textOf } from '../../lib/drift/report-reader.ts'
import { martTests } from '../mart/support/mart-tests.ts'
import { type DemoHome, openDemo } from './support/demo-home.ts'

/** Small for a quick test: the world's own noise is then larger than at the demo's default size. */
const USERS = 3_000
/** Until the outcomes of the first scored day are known, 33 days after it: then no table of the mart is empty. */
const DAYS = 272
/** The last day of that world. */
const LAST = '2026-10-02'
/** One shuffle's AUC scatters by about 0.02 here; the mean of these by a third of that. */
const SHUFFLES = 10

let demo: DemoHome
beforeAll(async () => {
  demo = await openDemo({ users: USERS, days: DAYS })
})
afterAll(() => demo?.remove())

describe('the demo', () => {
  it('judges a model of each segment beside what is attainable', () => {
    expect(demo.summary.segments.map((segment) => segment.segment)).toEqual(['trial', 'paid'])
    for (const segment of demo.summary.segments) {
      expect(segment.rocAuc).toBeGreaterThan(0.6)
      expect(segment.rocAucLow).toBeLessThan(segment.rocAuc)
      expect(segment.bayesAuc).toBeGreaterThan(0.7)
      expect(segment.efficiency).toBeGreaterThan(0.5)
      expect(segment.leak).toBe(false)
      expect(segment.prAuc).toBeGreaterThan(segment.baseRate)
      expect(segment.liftAt10).toBeGreaterThan(1)
    }
  })

  it('leaves nothing to do', async () => {
    const again = await demo.product.json<{ steps: unknown[] }>('materialize', '--latest')
    expect(again.steps).toEqual([])
    const plan = await demo.product.run('plan', '--check')
    expect(plan.code).toBe(0)
  })

  it('fills the mart: every column of the contract, commented; every account once', async () => {
    const { rows: columns } = await demo.client.query<{ name: string; comment: string | null }>(
      `SELECT a.attname AS name, col_description(a.attrelid, a.attnum) AS comment FROM pg_attribute a
       WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      [demo.summary.mart.table],
    )
    expect(columns.map((column) => column.name)).toEqual(martColumns.map((column) => column.name))
    expect(columns.filter((column) => !column.comment)).toEqual([])
    const { rows } = await demo.client.query(
      `SELECT count(*)::int AS rows, count(DISTINCT user_id)::int AS users, count(DISTINCT snapshot_day)::int AS days,
         count(*) FILTER (WHERE (score_status = 'scored') <> (churn_probability IS NOT NULL))::int AS odd_scores,
         count(*) FILTER (WHERE (score_status = 'scored') <> (reason_1_code IS NOT NULL))::int AS odd_reasons,
         count(*) FILTER (WHERE (score_status = 'scored') = (status_reason IS NOT NULL))::int AS odd_words,
         count(*) FILTER (WHERE decision_id IS NULL OR propensity IS NULL OR experiment_arm IS NULL)::int AS undecided,
         count(DISTINCT decision_id)::int AS decisions
       FROM ${demo.summary.mart.table}`,
    )
    expect(rows[0]).toEqual({
      rows: demo.summary.mart.rows,
      users: demo.summary.mart.rows,
      days: 1,
      odd_scores: 0,
      odd_reasons: 0,
      odd_words: 0,
      undecided: 0,
      decisions: demo.summary.mart.rows,
    })
  })

  it('keeps a control share by a stable hash', async () => {
    const { rows } = await demo.client.query<{ experiment_arm: string; share: number }>(
      `SELECT experiment_arm, count(*)::float / sum(count(*)) OVER ()::float AS share
       FROM ${demo.summary.mart.table} GROUP BY 1 ORDER BY 1`,
    )
    expect(rows.map((row) => row.experiment_arm)).toEqual(['control', 'exploration', 'policy'])
    for (const row of rows.slice(0, 2)) expect(Math.abs(row.share - 0.05)).toBeLessThan(0.02)
  })

  it('explains a subscriber in two languages, back to the raw partitions', async () => {
    const { rows } = await demo.client.query<{ user_id: string; reasons: string[] }>(
      `SELECT user_id, array_remove(ARRAY[reason_1_text_en, reason_2_text_en, reason_3_text_en], NULL) AS reasons
       FROM ${demo.summary.mart.table} WHERE score_status = 'scored' ORDER BY raw_margin DESC LIMIT 1`,
    )
    const { user_id: userId, reasons } = rows[0]!
    const explained = await demo.product.json<{
      score: { user_id: string; churn_probability: number }
      reasons: { text: string }[]
      lineage: { nodes: { key: string }[] }
    }>('explain', userId)
    expect(explained.score.user_id).toBe(userId)
    // All that the mart has and in its order; those that hardly count are in neither.
    expect(reasons.length).toBeGreaterThan(0)
    expect(explained.reasons.map(({ text }) => text)).toEqual(reasons)
    const keys = new Set(explained.lineage.nodes.map((node) => node.key))
    for (const key of ['models/champion', 'raw/player_events', 'source/subscriptions']) expect(keys).toContain(key)
    const russian = await demo.product.run('explain', userId, '--lang', 'ru')
    expect(russian.out).toMatch(/[а-я]/)
  })

  it('reports on the newest day: the figures of the page are those of the mart', async () => {
    const file = join(demo.product.home, 'report.html')
    const report = await demo.product.json<{
      day: string
      file: string
      parity: { compared: number; differing: number }
    }>('report', '--out', file)
    expect(report).toMatchObject({ day: LAST, file })
    expect(report.parity.differing).toBe(0)
    expect(report.parity.compared).toBeGreaterThanOrEqual(demo.summary.mart.statuses.scored!)
    const page = await readFile(file, 'utf8')
    const { rows: measured } = await demo.client.query<{
      day: string
      segment: string
      series: string
      group: string
      rows: string
      auc: number | null
    }>(
      `SELECT snapshot_day::text AS day, segment, series, account_group AS "group", rows, roc_auc AS auc
       FROM ${demo.summary.mart.table.replace('churn_scores', 'model_quality_daily')}
       ORDER BY segment DESC, snapshot_day, CASE account_group WHEN 'all' THEN 0 WHEN 'due' THEN 1 ELSE 2 END`,
    )
    const shown = demo.summary.segments.flatMap(({ segment }) =>
      tableOf(page, `quality-${segment}`).map(({ day, series, group, accounts, 'ROC-AUC': auc }) => [
        segment,
        day,
        series,
        group,
        accounts!.replaceAll(' ', ''),
        auc,
      ]),
    )
    expect(shown.length).toBeGreaterThan(0)
    expect(shown).toEqual(
      measured.map(({ segment, day, series, group, rows, auc }) => [
        segment,
        day,
        series,
        group,
        rows,
        auc?.toFixed(3) ?? 'none',
      ]),
    )
    expect([...new Set(measured.map(({ series }) => series))].sort()).toEqual(['backtest', 'live'])
    expect(textOf(page)).not.toContain('are judged from')
    const [counted] = tableOf(page, 'coverage-table').slice(-1)
    expect(counted!.scored!.replaceAll(' ', '')).toBe(String(demo.summary.mart.statuses.scored))
  })

  it('counts what could not be used, and stores what it recorded', async () => {
    const verified = await demo.product.json<{ ok: boolean }[]>('verify')
    expect(verified.filter((partition) => !partition.ok)).toEqual([])
    expect(verified.length).toBeGreaterThan(1_000)
  })

  it('learns nothing from shuffled labels', async () => {
    const warehouse = await openWarehouse({ ...demo.product, maxMemory: 2 ** 30 })
    const rows = await readTrainingRows(warehouse, 'models__training_set', 'paid')
    await warehouse.close()
    const slices = temporalSlices(rows.days, 32)
    const found: number[] = []
    for (let seed = 1; seed <= SHUFFLES; seed++) {
      const labels = shuffled(rows.labels, seededRandom(seed))
      const model = await trainChurnModel({
        slices: sliceRows({ ...rows, labels }, slices),
        features: featureNames,
        modelVersion: `shuffled-${seed}`,
        seed,
        rounds: 50,
      })
      found.push(model.quality.rocAucPooled.value)
    }
    const mean = found.reduce((sum, auc) => sum + auc, 0) / found.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02)
  })
})

martTests(() => demo)

/** Fisher and Yates; days and users keep their labels' number, not their labels. */
function shuffled(labels: Float32Array, random: () => number): Float32Array {
  const result = labels.slice()
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}
