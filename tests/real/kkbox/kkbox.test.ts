import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesOf } from '../files/delivered.ts'
import { type DataSet, folderOf, missing, openProject, type Project, type Run } from '../files/support/project.ts'

const data: DataSet = {
  name: 'kkbox',
  graph: 'kkbox',
  variable: 'KKBOX_DIR',
  files: [
    'transactions_2pct.csv.gz',
    'user_logs_v2_sample.csv.gz',
    'active_days_216_users.csv.gz',
    'members_1pct.csv.gz',
    'train_v2_labels_2pct.csv.gz',
  ],
}
const TRANSACTIONS = data.files[0]!
const NOW = '2017-05-01T00:00:00Z'

const title = 'KKBOX, real subscription rows and their dirt through declared mappings'
const absent = missing(data)
if (absent === undefined) describe(title, story)
else it(title, (context) => context.skip(absent))

interface Account {
  readonly source: string
  readonly delivered: number
  readonly landed: number
  readonly duplicates: number
  readonly quarantined: number
}

/** Each part goes on from where the one before it ended. */
function story(): void {
  let project: Project
  const accounts = () => project.rows<Account>('SELECT * FROM {raw/accounting} ORDER BY source')
  const all = (source: string, delivered: number) => ({
    source,
    delivered,
    landed: delivered,
    duplicates: 0,
    quarantined: 0,
  })

  beforeAll(async () => {
    project = await openProject(data)
  })
  afterAll(() => project.remove())

  it('all files land, by month and day; every row delivered is landed or set aside', async () => {
    const run = await project.json<Run>(NOW, 'materialize')
    expect(run.status).toBe('succeeded')
    const made = (key: string) => run.steps.filter((step) => step.key === key).length
    expect([made('raw/transactions'), made('raw/user_logs'), made('raw/active_days')]).toEqual([27, 31, 26])
    expect(await accounts()).toEqual([
      { source: 'active_days', delivered: 34_662, landed: 34_640, duplicates: 0, quarantined: 22 },
      all('labels', 13_573),
      all('members', 13_455),
      { source: 'transactions', delivered: 20_017, landed: 19_915, duplicates: 0, quarantined: 102 },
      all('user_logs', 6_421),
    ])
  })

  it('what is set aside, and what is kept of the rest, is as measured in the files', async () => {
    const rows = read(TRANSACTIONS)
    const good = rows.filter(
      (row) => row.membership_expire_date! >= row.transaction_date! && row.payment_plan_days! !== '0',
    )
    const sum = (of: Row[], field: string) => of.reduce((total, row) => total + Number(row[field]), 0)
    const people = read('members_1pct.csv.gz')
    const ages = people.map(({ bd }) => Number(bd))
    const genderless = people.filter(({ gender }) => gender === '').length
    const logs = read('user_logs_v2_sample.csv.gz')

    const found = {
      reasons: await project.rows(
        'SELECT reason, count() AS rows FROM {raw/transactions_quarantine} GROUP BY reason ORDER BY reason',
      ),
      refused: await project.rows<{ line: string }>('SELECT line FROM {raw/transactions_quarantine}'),
      transactions:
        await project.rows(`SELECT count() AS rows, uniqExact(user_id) AS users, sum(paid) AS paid, sum(list_price) AS list,
           sum(plan_days) AS days, countIf(is_cancel = 1) AS cancelled, min(paid_on) AS first, max(paid_on) AS last,
           countIf(month != toStartOfMonth(paid_on)) AS misplaced
         FROM {raw/transactions}`),
      members: await project.rows(
        'SELECT countIf(age IS NULL) AS ageless, sum(age) AS ages, countIf(gender IS NULL) AS genderless FROM {raw/members}',
      ),
      labels: await project.rows('SELECT sum(is_churn) AS churned FROM {raw/labels}'),
      logs: await project.rows(
        'SELECT sum(heard_ms) AS ms, sum(num_100) AS songs, sum(num_unq) AS distinct, countIf(heard_ms > 86400000) AS odd FROM {raw/user_logs}',
      ),
      dayless: await project.rows(
        'SELECT reason, count() AS rows, uniqExact(line) AS users FROM {raw/active_days_quarantine} GROUP BY reason',
      ),
      active: await project.rows(
        'SELECT uniqExact(user_id) AS users, max(days) AS most FROM (SELECT user_id, count() AS days FROM {raw/active_days} GROUP BY user_id)',
      ),
    }

    expect(found.reasons).toEqual([
      { reason: 'expires before it was paid', rows: 67 },
      { reason: 'plan of no days', rows: 35 },
    ])
    const kept = new Set(good.map(({ line }) => line))
    expect(found.refused.map(({ line }) => line).sort()).toEqual(
      rows
        .map(({ line }) => line!)
        .filter((line) => !kept.has(line))
        .sort(),
    )
    expect(found.transactions).toEqual([
      {
        rows: good.length,
        users: new Set(good.map(({ msno }) => msno)).size,
        paid: sum(good, 'actual_amount_paid'),
        list: sum(good, 'plan_list_price'),
        days: sum(good, 'payment_plan_days'),
        cancelled: good.filter(({ is_cancel }) => is_cancel === '1').length,
        first: '2015-01-01',
        last: '2017-03-31',
        misplaced: 0,
      },
    ])
    const known = ages.filter((age) => age >= 10 && age <= 100)
    expect(found.members).toEqual([
      { ageless: ages.length - known.length, ages: known.reduce((a, b) => a + b, 0), genderless },
    ])
    // 8.72 %, as SOURCE.md has it.
    expect(found.labels).toEqual([{ churned: 1_184 }])
    expect(found.logs).toEqual([
      {
        ms: logs.reduce((total, { total_secs }) => total + Math.round(Number(total_secs) * 1000), 0),
        songs: sum(logs, 'num_100'),
        distinct: sum(logs, 'num_unq'),
        odd: 4,
      },
    ])
    expect(found.active).toEqual([{ users: 128, most: 788 }])
    // The other 22 of SOURCE.md's 150 have one row each, without a day.
    expect(found.dayless).toEqual([{ reason: 'no day', rows: 22, users: 22 }])
  })

  it('a later delivery with faults: each is set aside or counted, and only the month of its one good row changes', async () => {
    const before = await project.versions('raw/transactions')
    const lines = linesOf(readFileSync(join(folderOf(data), TRANSACTIONS)))
    const fields = (change: Row): string => {
      const [header, row] = [lines[0]!.split(','), lines[1]!.split(',')]
      return row.map((value, i) => change[header[i]!] ?? value).join(',')
    }
    const faulty = [
      lines[1]!.split(',').slice(1).join(','),
      fields({ payment_plan_days: '70000' }),
      fields({ msno: '' }),
      fields({ transaction_date: '20170231' }),
      fields({ transaction_date: '20180101', membership_expire_date: '20180201' }),
      fields({ is_cancel: '2' }),
    ]
    const good = fields({ transaction_date: '20160115' })
    await project.deliver(TRANSACTIONS, [...lines, ...faulty, lines[1]!, good])
    const run = await project.json<Run>(NOW, 'materialize')
    expect(run.status).toBe('succeeded')
    expect([...new Set(run.steps.map(({ key }) => key))].sort()).toEqual([
      'landing/transactions',
      'raw/accounting',
      'raw/transactions',
      'raw/transactions_quarantine',
    ])
    expect((await accounts()).find(({ source }) => source === 'transactions')).toEqual({
      source: 'transactions',
      delivered: 20_025,
      landed: 19_916,
      duplicates: 1,
      quarantined: 108,
    })
    const refused = await project.rows<{ reason: string; line: string }>(
      "SELECT reason, line FROM {raw/transactions_quarantine} WHERE reason NOT IN ('expires before it was paid', 'plan of no days')",
    )
    expect(new Map(refused.map(({ line, reason }) => [line, reason]))).toEqual(
      new Map([
        [faulty[0], 'wrong number of fields'],
        [faulty[1], 'no plan_days'],
        [faulty[2], 'no user'],
        [faulty[3], 'no paid_on'],
        [faulty[4], 'paid_on is outside of the delivered time'],
        [faulty[5], 'a flag is neither 0 nor 1'],
      ]),
    )
    const after = await project.versions('raw/transactions')
    expect([...after].filter(([month, version]) => before.get(month) !== version).map(([month]) => month)).toEqual([
      '2016-01',
    ])
  })
}

/** A row of a file by column, and its `line`. */
type Row = Readonly<Record<string, string>>

function read(file: string): Row[] {
  const [header, ...lines] = linesOf(readFileSync(join(folderOf(data), file)))
  const names = header!.split(',')
  return lines.map((line) => {
    const values = line.split(',').map((value) => (value === '""' ? '' : value))
    return { ...Object.fromEntries(names.map((name, i) => [name, values[i]!])), line }
  })
}
