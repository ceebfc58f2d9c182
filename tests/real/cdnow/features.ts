import { sql, sqlAsset, through, trailing, unique } from 'ottok'
import { HORIZON_MONTHS, labelMonths, purchaseMonths, snapshotMonths } from './calendar.ts'
import { purchases } from './purchases.ts'

/** Windows of features, in months that end with the snapshot's. */
const WINDOWS = [1, 3, 6] as const

/** `state` of the last `months` months, summed; `age` counts months back from the snapshot. */
const windowed = (state: string) =>
  WINDOWS.map((months) => ({ name: `${state}_${months}m`, sql: `sumIf(${state}, age < ${months})` }))

/** What a model knows of a customer: expressions over the customer's monthly states up to a snapshot. */
export const features: readonly { readonly name: string; readonly sql: string }[] = [
  { name: 'recency_days', sql: "dateDiff('day', max(last_day), snapshot_day)" },
  { name: 'tenure_days', sql: "dateDiff('day', min(first_day), snapshot_day)" },
  { name: 'recency_share', sql: 'recency_days / (tenure_days + 1)' },
  ...windowed('orders'),
  { name: 'orders_ever', sql: 'sum(orders)' },
  { name: 'active_days', sql: 'sum(days)' },
  { name: 'active_months', sql: 'count()' },
  // How late the next purchase is by the customer's own habit; unknown while there was one day only.
  { name: 'gap_days', sql: 'if(active_days > 1, (tenure_days - recency_days) / (active_days - 1), NULL)' },
  { name: 'recency_gaps', sql: 'recency_days / gap_days' },
  { name: 'orders_per_month', sql: 'orders_ever * 30 / (tenure_days + 30)' },
  ...windowed('cds'),
  ...windowed('cents'),
  { name: 'cents_ever', sql: 'sum(cents)' },
  { name: 'cents_per_order', sql: 'cents_ever / orders_ever' },
]

export const customerMonths = sqlAsset({
  key: 'features/customer_month',
  description: 'What each customer bought in a month: the states that windows are merged from.',
  partitions: purchaseMonths,
  deps: { purchases },
  orderBy: ['customer_id'],
  range: 60,
  checks: [unique(['customer_id', 'month'])],
  sql: ({ purchases }) => sql`
    SELECT month, customer_id, toInt64(count()) AS orders, toInt64(uniqExact(day)) AS days, sum(cds) AS cds,
      sum(cents) AS cents, min(day) AS first_day, max(day) AS last_day
    FROM ${purchases}
    GROUP BY month, customer_id`,
})

export const customers = sqlAsset({
  key: 'features/customers',
  description: 'Everybody who has ever bought, as known at the end of a month.',
  partitions: snapshotMonths,
  deps: { states: through(customerMonths, trailing({ months: 'all' })) },
  orderBy: ['customer_id'],
  range: 60,
  checks: [unique(['customer_id', 'snapshot_month'])],
  sql: ({ states, partition }) => sql`
    SELECT snapshot_month, toLastDayOfMonth(snapshot_month) AS snapshot_day, customer_id,
      ${features.map(({ name, sql: expression }) => `${expression} AS ${name}`).join(',\n      ')}
    FROM (
      SELECT snapshot_month, dateDiff('month', month, snapshot_month) AS age, customer_id, orders, days, cds, cents,
        first_day, last_day
      FROM ${states} ARRAY JOIN ${partition.list} AS snapshot_month
      WHERE month <= snapshot_month
    )
    GROUP BY snapshot_month, customer_id`,
})

export const lost = sqlAsset({
  key: 'features/lost',
  description: 'Who bought nothing in the 6 months after a snapshot.',
  partitions: labelMonths,
  deps: {
    customers,
    later: through(customerMonths, trailing({ months: HORIZON_MONTHS, endOffset: HORIZON_MONTHS })),
  },
  orderBy: ['customer_id'],
  range: 60,
  checks: [unique(['customer_id', 'snapshot_month'])],
  sql: ({ customers, later }) => sql`
    SELECT snapshot_month, customer_id,
      toUInt8((snapshot_month, customer_id) NOT IN (
        SELECT addMonths(month, -ahead), customer_id FROM ${later} ARRAY JOIN range(1, ${HORIZON_MONTHS + 1}) AS ahead
      )) AS lost
    FROM ${customers}`,
})
