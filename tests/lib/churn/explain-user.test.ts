import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainCommand } from '../../../lib/churn/index.ts'
import type { LineageGraph, ModuleContext } from '../../../lib/config/index.ts'
import { openPostgres, type Postgres, removePostgres } from '../../../lib/postgres/index.ts'

const command = explainCommand({ mart: 'scores/mart', martTable: ['mart', 'churn_scores'] })
const SCHEMA = 'mart_explain_user'

let home: string
let postgres: Postgres
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ottok-explain-'))
  postgres = await openPostgres({ home, ...(process.env.DATABASE_URL && { databaseUrl: process.env.DATABASE_URL }) })
  await postgres.pool.query(`
    DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE;
    CREATE SCHEMA ${SCHEMA};
    CREATE TABLE ${SCHEMA}.churn_scores_all_days AS
    SELECT 'u1' AS user_id, day::date AS snapshot_day, 'scored' AS score_status, NULL AS status_reason, 'paid' AS segment,
      p::real AS churn_probability, NULL::real AS probability_low, NULL::real AS probability_high, 'medium' AS risk_band,
      6::smallint AS risk_decile, 0.6::real AS risk_percentile, 'monthly' AS plan_code, 30 AS plan_days,
      39900::bigint AS price_kopecks, 'app_store' AS payment_channel, 250 AS tenure_days, 1::smallint AS spell_no,
      '2026-07-05 09:00+00'::timestamptz AS current_end, 10 AS days_to_end, true AS auto_renew,
      NULL::timestamptz AS cancel_requested_at, 'help_views_30d' AS actionable_reason_code, 'support' AS action_code,
      'quality_help' AS offer_code, 'email' AS channel, 'rules_not_learned' AS decision_basis,
      NULL AS suppressed_reason, gen_random_uuid() AS decision_id, 'policy' AS experiment_arm, 1::real AS propensity,
      'churn-paid-2026-06' AS model_version, 'c1:1' AS feature_version, 'run-1' AS mart_run_id,
      'help_views_30d' AS reason_1_code, 'help' AS reason_1_family, 'Обращается к справке: 2 раза' AS reason_1_text_ru,
      'Opened the help pages twice' AS reason_1_text_en, 'raises' AS reason_1_direction, '2' AS reason_1_value,
      0.4::real AS reason_1_points, NULL AS reason_2_code, NULL AS reason_3_code
    FROM (VALUES ('2026-06-23', 0.12), ('2026-06-24', 0.2)) AS days (day, p);
    CREATE VIEW ${SCHEMA}.churn_scores AS
    SELECT * FROM ${SCHEMA}.churn_scores_all_days WHERE snapshot_day = '2026-06-24'`)
})
afterAll(async () => {
  await postgres?.pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
  await postgres?.close()
  await removePostgres(home)
  await rm(home, { recursive: true, force: true })
})

const empty: LineageGraph = { root: '', nodes: [], edges: [], truncated: false, leftOut: 0, next: null }

/** What the command uses of the materializer: real queries; the lineage is tested with the commands of the materializer. */
async function explain(user: string, options: Readonly<Record<string, unknown>>) {
  const context = {
    query: async (sql: string, values: readonly unknown[] = []) => (await postgres.pool.query(sql, [...values])).rows,
    publishedSchema: () => SCHEMA,
    lineage: async () => empty,
  } as unknown as ModuleContext
  return command.run(context, [user], { lang: 'en', ...options })
}

describe('ottok explain', () => {
  test('tells of the current day, and of an earlier one with --date', async () => {
    const { json, text } = await explain('u1', {})
    expect(text).toContain(
      'the risk of leaving within 30 days is medium: 20%. Of such\nsubscribers about 1 in 5 leaves.',
    )
    expect(json).toMatchObject({
      score: { user_id: 'u1', snapshot_day: '2026-06-24', actionable_reason_code: 'help_views_30d' },
      reasons: [{ code: 'help_views_30d', text: 'Opened the help pages twice', points: expect.closeTo(0.4, 6) }],
      recommendation: { action_code: 'support', offer_code: 'quality_help', channel: 'email', propensity: 1 },
      lineage: empty,
    })
    const earlier = await explain('u1', { date: '2026-06-23', lang: 'ru' })
    expect(earlier.text).toContain('риск ухода за 30 дней средний: 12%')
    expect(earlier.text).toContain('  - Обращается к справке: 2 раза')
  })

  test("the offer has its title from the mart's dictionary, once there is one", async () => {
    expect((await explain('u1', {})).text).toContain('offer "quality_help" by e-mail')
    await postgres.pool.query(`CREATE TABLE ${SCHEMA}.dictionary_offer AS
      SELECT 'quality_help' AS code, 'Поможем наладить воспроизведение' AS title_ru, 'Help with playback' AS title_en`)
    expect((await explain('u1', {})).text).toContain('offer "Help with playback" by e-mail')
    expect((await explain('u1', { lang: 'ru' })).text).toContain('«Поможем наладить воспроизведение»')
  })

  test.each([
    ['u1', { lang: 'de' }, /--lang de will not do/, /--lang ru or --lang en/],
    ['u1', { date: '2026-02-30' }, /--date 2026-02-30 will not do/, /2026-03-01/],
    ['u1', { date: 'yesterday' }, /--date yesterday will not do/, /2026-03-01/],
    ['u1', { date: '2026-06-01' }, /no account 'u1' in .* on 2026-06-01/, /look like u1/],
    ['u2', {}, /no account 'u2'/, /look like u1/],
  ])('wrong usage: %s %j', async (user, options, what, mend) => {
    await expect(explain(user, options)).rejects.toMatchObject({
      what: expect.stringMatching(what),
      mend: expect.stringMatching(mend),
      exitCode: 2,
    })
  })
})
