import { frozenAtSql, labelSql } from '../../lib/features/index.ts'
import { asset, published, through, trailing } from '../../lib/graph/index.ts'
import { labels } from '../features/labels.ts'
import { subscriptions } from '../raw/subscriptions.ts'
import { rule } from '../service.ts'
import { outcomeDays, outcomeLag } from './outcome-days.ts'

/** Days after freezing at which an outcome is looked at once more: chargebacks and late corrections are in by then. */
const SECOND_LOOK_DAYS = 30

const columns = [
  ['user_id', 'text', 'Account id, key with snapshot_day and revised'],
  ['snapshot_day', 'date', 'Day D of the score'],
  ['y', 'smallint', '1 = the spell that covered the cut-off ended within 30 days and nothing followed within 2'],
  ['cause', 'text', 'choice, payment, refund, trial_not_converted or deleted; null where the account stayed'],
  ['lapse_at', 'timestamptz', 'End of the spell where y = 1'],
  ['returned_at', 'timestamptz', 'Begin of the next entitlement where y = 1 and one is known'],
  ['matured_at', 'timestamptz', 'What was known then decided'],
  [
    'revised',
    'boolean',
    `False: the outcome as it was frozen, which models and figures go by. True: a second row, where ${SECOND_LOOK_DAYS} days later another outcome was known`,
  ],
] as const

/** What became of the accounts of each scored day. */
export const outcomes = asset({
  key: 'drift/outcomes',
  description: 'The mart table `mart.churn_outcomes`: who left, by scored day, once the outcome is frozen.',
  kinds: ['postgres'],
  partitions: outcomeDays,
  deps: {
    frozen: labels,
    earlier: through(labels, trailing({ days: 1, endOffset: -SECOND_LOOK_DAYS })),
    changes: through(subscriptions, trailing({ days: 'all', endOffset: outcomeLag })),
  },
  store: published({
    schema: 'mart',
    table: 'churn_outcomes',
    comment: 'What became of the accounts of each scored day, 33 days after it.',
    columns: columns.map(([name, type, comment]) => ({ name, type, comment })),
    key: ['user_id', 'snapshot_day', 'revised'],
    shows: 'all',
  }),
  materialize: async ({ partition, inputs, warehouse, signal }) => {
    const day = `toDate('${partition.date}')`
    const rows = await warehouse.rows<Record<string, unknown>>(
      `SELECT user_id, snapshot_day, ${timesSql('frozen_at')}, false AS revised
       FROM ${inputs.frozen.table} WHERE y IS NOT NULL ORDER BY user_id`,
      { signal },
    )
    // The first scored days have no scored day that many days before them.
    const look = inputs.earlier.partitions[0]?.partition
    const revisions =
      look !== undefined && look >= outcomeDays.start
        ? await warehouse.rows<Record<string, unknown>>(
            revisionsSql(inputs.earlier.table, inputs.changes.table, look, frozenAtSql(day, rule)),
            { signal, settings: { join_use_nulls: 1 } },
          )
        : []
    const names = columns.map(([name]) => name)
    return {
      kind: 'rows',
      rows: [...rows, ...revisions].map((row) => names.map((name) => row[name])),
      metadata: { accounts: rows.length, revisions: revisions.length },
    }
  },
})

/** Outcomes of an earlier day that are seen otherwise now. */
function revisionsSql(frozen: string, changes: string, look: string, knownBy: string): string {
  const now = labelSql({ changes, days: `[toDate('${look}')]`, rule }, knownBy)
  return `
SELECT user_id, snapshot_day, ${timesSql(knownBy)}, true AS revised
FROM (${now}) AS now
INNER JOIN (SELECT user_id, snapshot_day, y AS frozen_y FROM ${frozen}) AS frozen USING (user_id, snapshot_day)
WHERE y IS DISTINCT FROM frozen_y AND y IS NOT NULL
ORDER BY user_id`
}

function timesSql(maturedAt: string): string {
  const text = (moment: string): string => `formatDateTime(${moment}, '%FT%TZ', 'UTC')`
  return `y, cause, ${text('lapse_at')} AS lapse_at, ${text('returned_at')} AS returned_at, ${text(maturedAt)} AS matured_at`
}
