import { describe, expect, it } from 'vitest'
import type { DemoHome } from '../../churn/support/demo-home.ts'
import { contract } from './contract.ts'
import { contradictions } from './contradictions.ts'
import { martDocument } from './document.ts'

const INSUFFICIENT_PRIVILEGE = '42501'

/** Tests of the mart as its readers see it, on the home of the demo's tests: a world of their own would cost as much again. */
export function martTests(demo: () => DemoHome): void {
  const schema = (): string => demo().schema

  async function rowsOf<T extends object>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await demo().client.query<T>(sql, [...values])).rows
  }

  describe('the contract', () => {
    it('is kept: every relation and column is there, and says what it means', async () => {
      const found = await rowsOf<{ relation: string; about: string; columns: string[]; silent: string[] }>(
        `SELECT c.relname AS relation, obj_description(c.oid) AS about, array_agg(a.attname::text) AS columns,
         coalesce(array_agg(a.attname::text) FILTER (WHERE col_description(c.oid, a.attnum) IS NULL), '{}') AS silent
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relnamespace = $1::regnamespace AND c.relname = ANY ($2) GROUP BY c.oid, c.relname`,
        [`"${schema()}"`, Object.keys(contract)],
      )
      expect(found.map(({ relation }) => relation).sort()).toEqual(Object.keys(contract).sort())
      for (const { relation, about, columns, silent } of found) {
        expect(columns, relation).toEqual(expect.arrayContaining([...contract[relation]!]))
        expect(about, relation).toBeTruthy()
        expect(silent, relation).toEqual([])
      }
    })

    it('leaves no relation empty', async () => {
      for (const relation of Object.keys(contract)) {
        expect(await rowsOf(`SELECT 1 FROM ${relation} LIMIT 1`), relation).toHaveLength(1)
      }
    })
  })

  describe('no row of the mart says', () => {
    it.each(contradictions)('%s', async (_, rows, wrong) => {
      const [counted] = await rowsOf<{ rows: number; wrong: string[] }>(
        `SELECT count(*)::int AS rows, coalesce(array_agg(user_id) FILTER (WHERE (${wrong}) IS DISTINCT FROM false), '{}') AS wrong
       FROM churn_scores WHERE ${rows}`,
      )
      expect(counted!.wrong).toEqual([])
      expect(counted!.rows).toBeGreaterThan(0)
    })
  })

  describe('the rows of the mart', () => {
    it('are one for each account, of one day, each with a decision of its own', async () => {
      const [counted] = await rowsOf(
        `SELECT count(*)::int AS rows, count(DISTINCT user_id)::int AS users, count(DISTINCT decision_id)::int AS decisions,
         count(DISTINCT snapshot_day)::int AS days FROM churn_scores`,
      )
      const { rows } = demo().summary.mart
      expect(counted).toEqual({ rows, users: rows, decisions: rows, days: 1 })
    })

    it('fall into even deciles, the riskiest in the tenth', async () => {
      const segments = await rowsOf<{ sizes: number[]; lowest: number[]; highest: number[] }>(
        `SELECT array_agg(n) AS sizes, array_agg(lowest) AS lowest, array_agg(highest) AS highest FROM (
         SELECT segment, risk_decile, count(*)::int AS n, min(raw_margin) AS lowest, max(raw_margin) AS highest
         FROM churn_scores WHERE score_status = 'scored' GROUP BY 1, 2 ORDER BY 1, 2
       ) AS deciles GROUP BY segment`,
      )
      expect(segments).toHaveLength(2)
      for (const { sizes, lowest, highest } of segments) {
        expect(sizes).toHaveLength(10)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        for (let decile = 1; decile < 10; decile++) expect(lowest[decile]).toBeGreaterThanOrEqual(highest[decile - 1]!)
      }
    })

    it('are the ones that the expected lapses add up', async () => {
      const summed = (lapses: string, from: string) =>
        `SELECT segment, ${lapses}, sum(revenue_at_risk_kopecks)::bigint AS kopecks FROM ${from} GROUP BY 1 ORDER BY 1`
      const view = await rowsOf<{ lapses: number }>(
        summed('sum(accounts)::int AS accounts, sum(expected_lapses) AS lapses', 'expected_lapses'),
      )
      const mart = await rowsOf<{ lapses: number }>(
        summed(
          'count(*)::int AS accounts, sum(churn_probability::float) AS lapses',
          "(SELECT * FROM churn_scores WHERE score_status = 'scored' AND due_in_horizon) AS due",
        ),
      )
      expect(view).toHaveLength(2)
      // Sums of four-byte floats differ by the order in which they are added.
      expect(view).toEqual(mart.map((row) => ({ ...row, lapses: expect.closeTo(row.lapses, 3) })))
    })
  })

  describe('the dictionaries', () => {
    it.each([
      [
        'reason',
        `SELECT unnest(ARRAY[reason_1_code, reason_2_code, reason_3_code, actionable_reason_code]) AS code FROM churn_scores`,
        'code',
        'dictionary_reason',
      ],
      [
        'family',
        'SELECT unnest(ARRAY[reason_1_family, reason_2_family, reason_3_family]) AS code FROM churn_scores',
        'family',
        'dictionary_reason',
      ],
      ['offer', 'SELECT offer_code AS code FROM churn_scores', 'code', 'dictionary_offer'],
      ['action', "SELECT nullif(action_code, 'none') AS code FROM churn_scores", 'action_code', 'dictionary_offer'],
      [
        'model of any day',
        'SELECT model_version AS code FROM churn_scores_all_days',
        'model_version',
        'dictionary_model',
      ],
    ])('know every %s of the mart', async (_, codes, column, dictionary) => {
      const [counted] = await rowsOf<{ known: number; unknown: string[] }>(
        `SELECT count(*)::int AS known, coalesce(array_agg(DISTINCT code) FILTER (WHERE code NOT IN (SELECT ${column} FROM ${dictionary})), '{}') AS unknown
       FROM (${codes}) AS used WHERE code IS NOT NULL`,
      )
      expect(counted!.unknown).toEqual([])
      expect(counted!.known).toBeGreaterThan(0)
    })

    it('tell of each segment one champion, as it was measured', async () => {
      const champions = await rowsOf(
        `SELECT segment, to_char(month, 'YYYY-MM') || '|' || segment AS model, roc_auc AS "rocAuc", roc_auc_low AS "rocAucLow",
         roc_auc_high AS "rocAucHigh", test_rows::int AS "testRows"
       FROM dictionary_model WHERE is_champion AND trained_until < test_from ORDER BY segment DESC`,
      )
      expect(champions).toEqual(
        demo().summary.segments.map(({ segment, model, rocAuc, rocAucLow, rocAucHigh, testRows }) => ({
          segment,
          model,
          rocAuc,
          rocAucLow,
          rocAucHigh,
          testRows,
        })),
      )
      // Two months were trained by then.
      expect(await rowsOf('SELECT DISTINCT month FROM dictionary_model')).toHaveLength(2)
    })

    it('hold the offers of the day that the mart shows', async () => {
      const days = await rowsOf('SELECT DISTINCT snapshot_day::text FROM dictionary_offer')
      expect(days).toEqual(await rowsOf('SELECT DISTINCT snapshot_day::text FROM churn_scores'))
    })
  })

  describe('the readers of the environment', () => {
    /** Runs as the role; what is done is undone. */
    async function asReader<T>(act: () => Promise<T>): Promise<T> {
      await demo().client.query('BEGIN')
      try {
        await demo().client.query(`SET LOCAL ROLE "ottok_reader_${demo().product.environment}"`)
        return await act()
      } finally {
        await demo().client.query('ROLLBACK')
      }
    }

    it('read all of it, also by each query of the document', async () => {
      const { queries } = await martDocument()
      expect(queries.length).toBeGreaterThanOrEqual(5)
      const relations = [...Object.keys(contract), 'churn_scores_all_days']
      const selects = relations.map((relation) => `SELECT * FROM mart.${relation} LIMIT 1`)
      for (const sql of [...selects, ...queries]) {
        const rows = await asReader(() => rowsOf(sql.replaceAll(/\bmart\./g, `"${schema()}".`)))
        expect(rows.length, sql).toBeGreaterThan(0)
      }
    })

    it('write nothing', async () => {
      const writable = await rowsOf<{ relation: string }>(
        `SELECT relname AS relation FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p', 'v')
         AND has_table_privilege($2, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`,
        [`"${schema()}"`, `ottok_reader_${demo().product.environment}`],
      )
      expect(writable).toEqual([])
      const statements = [
        'DELETE FROM churn_scores',
        'INSERT INTO dictionary_reason (code) VALUES (NULL)',
        'UPDATE churn_scores_pointer SET load_id = 0',
        'TRUNCATE churn_scores_history',
        'CREATE TABLE own (id int)',
      ]
      for (const statement of statements) {
        await expect(
          asReader(() => demo().client.query(statement)),
          statement,
        ).rejects.toMatchObject({
          code: INSUFFICIENT_PRIVILEGE,
        })
      }
    })
  })
}
