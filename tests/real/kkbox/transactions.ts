import { monthly, rowMapping } from 'ottok'
import { landedFile, outside } from '../files/landed-file.ts'
import { dayOf, user, zone } from './row-sql.ts'

const months = monthly({ start: '2015-01', end: '2017-04', timezone: zone })

/**
 * Payments. Those that expire before they were made are cancellations, all of them; those of no days cover nothing. What
 * was paid for is not known of either, so neither can say until when a subscriber is one.
 */
export const transactions = landedFile({
  file: 'transactions_2pct.csv.gz',
  description: 'Transactions of subscribers',
  mapping: rowMapping({
    source: 'transactions',
    format: {
      kind: 'csv',
      header: true,
      fields: [
        'msno',
        'payment_method_id',
        'payment_plan_days',
        'plan_list_price',
        'actual_amount_paid',
        'is_auto_renew',
        'transaction_date',
        'membership_expire_date',
        'is_cancel',
      ],
    },
    partition: [],
    columns: {
      user_id: user,
      paid_on: { type: 'Date', sql: dayOf('transaction_date', '%Y%m%d') },
      expires_on: { type: 'Date', sql: dayOf('membership_expire_date', '%Y%m%d') },
      payment_method_id: { type: 'UInt8' },
      plan_days: { type: 'UInt16', sql: 'payment_plan_days' },
      list_price: { type: 'UInt16', sql: 'plan_list_price' },
      paid: { type: 'UInt16', sql: 'actual_amount_paid' },
      is_auto_renew: { type: 'UInt8' },
      is_cancel: { type: 'UInt8' },
    },
    faults: [
      { reason: 'a flag is neither 0 nor 1', when: 'value.is_auto_renew > 1 OR value.is_cancel > 1' },
      { reason: 'expires before it was paid', when: 'value.expires_on < value.paid_on' },
      { reason: 'plan of no days', when: 'value.plan_days = 0' },
      outside('paid_on', months),
    ],
    // Nothing less names a row: a subscriber may pay and cancel on one day.
    key: [
      'user_id',
      'paid_on',
      'expires_on',
      'payment_method_id',
      'plan_days',
      'list_price',
      'paid',
      'is_auto_renew',
      'is_cancel',
    ],
    order: ['paid_on'],
  }),
  by: { partitions: months, column: 'paid_on' },
  orderBy: ['user_id', 'paid_on'],
})
