import { acceptedRange, daily, monthly, rowMapping } from 'ottok'
import { landedFile, outside } from '../files/landed-file.ts'
import { dayOf, user, zone } from './row-sql.ts'

const days = daily({ start: '2017-03-01', end: '2017-04-01', timezone: zone })
const months = monthly({ start: '2015-01', end: '2017-03', timezone: zone })

const played = ['num_25', 'num_50', 'num_75', 'num_985', 'num_100', 'num_unq'] as const
const DAY_MS = 86_400_000

/** What a user heard on a day: songs by the share that was played, and milliseconds. */
export const userLogs = landedFile({
  file: 'user_logs_v2_sample.csv.gz',
  description: 'Days of listening',
  mapping: rowMapping({
    source: 'user_logs',
    format: { kind: 'csv', header: true, fields: ['msno', 'date', ...played, 'total_secs'] },
    partition: [],
    columns: {
      user_id: user,
      heard_on: { type: 'Date', sql: dayOf('date', '%Y%m%d') },
      ...Object.fromEntries(played.map((field) => [field, { type: 'UInt16' }])),
      heard_ms: { type: 'Int64', sql: 'toDecimal64OrNull(total_secs, 3) * 1000' },
    },
    faults: [{ reason: 'listened for less than no time', when: 'value.heard_ms < 0' }, outside('heard_on', days)],
    key: ['user_id', 'heard_on'],
    order: ['heard_on'],
  }),
  by: { partitions: days, column: 'heard_on' },
  orderBy: ['user_id'],
  // Some listen on several devices at once, so more than a day is odd, but no fault.
  checks: [acceptedRange('heard_ms', { min: 0, max: DAY_MS }, { blocking: false })],
})

/** Days on which a user listened at all, for a few users over all of their time; who never did has one row without a day. */
export const activeDays = landedFile({
  file: 'active_days_216_users.csv.gz',
  description: 'Days with any listening',
  mapping: rowMapping({
    source: 'active_days',
    format: { kind: 'csv', header: true, fields: ['msno', 'date'] },
    partition: [],
    columns: { user_id: user, heard_on: { type: 'Date', sql: dayOf('date', '%Y-%m-%d'), reason: 'no day' } },
    faults: [outside('heard_on', months)],
    key: ['user_id', 'heard_on'],
    order: ['heard_on'],
  }),
  by: { partitions: months, column: 'heard_on' },
  orderBy: ['user_id', 'heard_on'],
})
