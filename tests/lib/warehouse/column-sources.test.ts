import { afterAll, describe, expect, it } from 'vitest'
import { openColumnAnalyzer } from '../../../lib/warehouse/index.ts'

const analyzer = openColumnAnalyzer()
afterAll(() => analyzer.close())

const ORDERS = {
  name: 'orders',
  structure: 'user UInt32, amount Int64, at DateTime, `odd name, id: 7` Nullable(String)',
}
const USERS = {
  name: 'users',
  structure: "user UInt32, city LowCardinality(String), tags Array(String), kind Enum8('a' = 1, 'it\\'s' = 2)",
}

/** `o` and `u` stand for the tables. */
const CASES: readonly {
  readonly name: string
  readonly sql: string
  readonly columns: Readonly<Record<string, readonly string[]>>
  readonly rows?: readonly string[]
}[] = [
  {
    name: 'columns as they are, computed and renamed',
    sql: 'SELECT user, amount * 2 AS twice, 1 AS one, amount AS a FROM $o',
    columns: {
      user: ['orders.user identity'],
      twice: ['orders.amount transformation'],
      one: [],
      a: ['orders.amount identity'],
    },
  },
  {
    name: 'star',
    sql: 'SELECT * EXCEPT (at) FROM $o',
    columns: {
      user: ['orders.user identity'],
      amount: ['orders.amount identity'],
      'odd name, id: 7': ['orders.odd name, id: 7 identity'],
    },
  },
  {
    name: 'aggregates, groups and filters',
    sql: 'SELECT user, sum(amount) AS total, countIf(amount > 3) AS n FROM $o WHERE at > now() GROUP BY user HAVING total > 1',
    columns: {
      user: ['orders.user identity'],
      total: ['orders.amount aggregation'],
      n: ['orders.amount aggregation'],
    },
    rows: ['orders.amount filter', 'orders.at filter', 'orders.user group'],
  },
  {
    name: 'a join, a CTE and a subquery',
    sql: `WITH spent AS (SELECT user, sum(amount) AS total FROM $o GROUP BY user)
      SELECT u.city AS city, total + 1 AS t FROM $u AS u INNER JOIN (SELECT * FROM spent) AS s ON s.user = u.user`,
    columns: { city: ['users.city identity'], t: ['orders.amount aggregation'] },
    rows: ['orders.user group', 'orders.user join', 'users.user join'],
  },
  {
    name: 'USING',
    sql: 'SELECT user, city, amount FROM $o AS o LEFT JOIN $u AS u USING (user)',
    columns: { user: ['orders.user identity'], city: ['users.city identity'], amount: ['orders.amount identity'] },
    rows: ['orders.user join', 'users.user join'],
  },
  {
    name: 'FULL JOIN USING takes either side',
    sql: 'SELECT user FROM $o AS o FULL JOIN $u AS u USING (user)',
    columns: { user: ['orders.user transformation', 'users.user transformation'] },
  },
  {
    name: 'a union, by position',
    sql: 'SELECT user AS who, amount AS x FROM $o UNION ALL SELECT user, length(tags) FROM $u',
    columns: {
      who: ['orders.user identity', 'users.user identity'],
      x: ['orders.amount identity', 'users.tags transformation'],
    },
  },
  {
    name: 'a union in a subquery',
    sql: 'SELECT who FROM (SELECT user AS who FROM $o UNION DISTINCT SELECT user FROM $u)',
    columns: { who: ['orders.user identity', 'users.user identity'] },
  },
  {
    name: 'windows',
    sql: `SELECT sum(amount) OVER (PARTITION BY user ORDER BY at ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS s,
      row_number() OVER w AS n FROM $o WINDOW w AS (ORDER BY amount)`,
    columns: { s: ['orders.amount aggregation'], n: [] },
    rows: ['orders.amount window', 'orders.at window', 'orders.user window'],
  },
  {
    name: 'ARRAY JOIN',
    sql: 'SELECT user, t, i FROM $u ARRAY JOIN tags AS t, arrayEnumerate(tags) AS i',
    columns: { user: ['users.user identity'], t: ['users.tags transformation'], i: ['users.tags transformation'] },
  },
  {
    name: 'lambdas that see columns of the row',
    sql: 'SELECT arrayMap(x -> concat(x, toString(user)), tags) AS named FROM $u',
    columns: { named: ['users.tags transformation', 'users.user transformation'] },
  },
  {
    name: 'a scalar subquery and IN',
    sql: 'SELECT (SELECT max(amount) FROM $o) AS top, user IN (SELECT user FROM $o) AS buys FROM $u',
    columns: {
      top: ['orders.amount aggregation'],
      buys: ['orders.user transformation', 'users.user transformation'],
    },
  },
  {
    name: 'conditions, casts, tuples and enums',
    sql: "SELECT if(kind = 'a', city, 'x') AS c, (user, city).1 AS id, CAST(kind AS String) AS k FROM $u",
    columns: {
      c: ['users.city transformation', 'users.kind transformation'],
      id: ['users.city transformation', 'users.user transformation'],
      k: ['users.kind transformation'],
    },
  },
  {
    name: 'the newest of each group',
    sql: 'SELECT user, argMax(amount, at) AS last FROM $o GROUP BY user',
    columns: { user: ['orders.user identity'], last: ['orders.amount aggregation', 'orders.at aggregation'] },
  },
  {
    name: 'LIMIT BY keeps some rows by their order',
    sql: 'SELECT user, amount FROM $o ORDER BY at DESC LIMIT 1 BY user',
    columns: { user: ['orders.user identity'], amount: ['orders.amount identity'] },
    rows: ['orders.at order', 'orders.user group'],
  },
  {
    name: 'a recursive CTE',
    sql: `WITH RECURSIVE r AS (SELECT user AS n FROM $o UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r`,
    columns: { n: ['orders.user identity'] },
  },
  {
    name: 'placeholders and text with line breaks',
    sql: "SELECT {day:Date} AS day, concat(city, 'a\n  COLUMN id: 3, column_name: x') AS c FROM $u WHERE user > {least:UInt32}",
    columns: { day: [], c: ['users.city transformation'] },
    rows: ['users.user filter'],
  },
  {
    name: 'what is no input',
    sql: 'SELECT number AS n, user FROM numbers(3) AS k CROSS JOIN $u AS u',
    columns: { n: [], user: ['users.user identity'] },
  },
]

describe('columns of a statement', () => {
  for (const { name, sql, columns, rows } of CASES) {
    it(name, async () => {
      const found = await analyzer.columnsOf(
        (table) => sql.replaceAll('$o', table('orders')).replaceAll('$u', table('users')),
        [ORDERS, USERS],
        { day: '2026-01-01', least: 1 },
      )
      const text = ({ source, column, how }: { source: string; column: string; how: string }) =>
        `${source}.${column} ${how}`
      expect(Object.fromEntries(found.columns.map((one) => [one.name, one.from.map(text)]))).toEqual(columns)
      if (rows) expect(found.rows.map(text)).toEqual(rows)
    })
  }

  it('tells the types of columns', async () => {
    const found = await analyzer.columnsOf(
      (table) => `SELECT tags, count() AS \`how many\`, now64(3, 'UTC') AS at FROM ${table('users')} GROUP BY tags`,
      [USERS],
      {},
    )
    expect(found.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'tags: Array(String)',
      'how many: UInt64',
      "at: DateTime64(3, 'UTC')",
    ])
  })

  it('a statement that the engine cannot read is told', async () => {
    await expect(analyzer.columnsOf((table) => `SELECT nothing FROM ${table('users')}`, [USERS], {})).rejects.toThrow(
      /of the column analysis|nothing/,
    )
  })
})
