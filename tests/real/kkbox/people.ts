import { rowMapping } from 'ottok'
import { landedFile } from '../files/landed-file.ts'
import { dayOf, user } from './row-sql.ts'

/** Ages that a member may have. */
const AGES = { min: 10, max: 100 } as const

/**
 * Members. Half of them gave no age (0) or no true one (negative, 900 and more): that is unknown, and the rest of the row
 * is as good as any other, so `bd` becomes NULL and the row is kept.
 */
export const members = landedFile({
  file: 'members_1pct.csv.gz',
  description: 'Members',
  mapping: rowMapping({
    source: 'members',
    format: {
      kind: 'csv',
      header: true,
      fields: ['msno', 'city', 'bd', 'gender', 'registered_via', 'registration_init_time'],
    },
    partition: [],
    columns: {
      user_id: user,
      city_code: { type: 'UInt8', sql: 'city' },
      age: {
        type: 'Nullable(UInt8)',
        sql: `if(toInt32OrNull(bd) BETWEEN ${AGES.min} AND ${AGES.max}, toInt32OrNull(bd), NULL)`,
      },
      gender: { type: 'Nullable(String)', sql: "nullIf(gender, '')" },
      registered_via: { type: 'UInt8' },
      registered_on: { type: 'Date', sql: dayOf('registration_init_time', '%Y-%m-%d') },
    },
    key: ['user_id'],
    order: ['registered_on'],
  }),
  orderBy: ['user_id'],
})

/** Who of the cohort of March 2017 left. */
export const labels = landedFile({
  file: 'train_v2_labels_2pct.csv.gz',
  description: 'Churn labels',
  mapping: rowMapping({
    source: 'labels',
    format: { kind: 'csv', header: true, fields: ['msno', 'is_churn'] },
    partition: [],
    columns: { user_id: user, is_churn: { type: 'UInt8' } },
    faults: [{ reason: 'a flag is neither 0 nor 1', when: 'value.is_churn > 1' }],
    key: ['user_id'],
    order: ['user_id'],
  }),
  orderBy: ['user_id'],
})
