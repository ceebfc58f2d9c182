import { contactStateSql } from '../../lib/decisions/contact-state-sql.ts'
import { sql, sqlAsset, through, trailing, unique } from '../../lib/graph/index.ts'
import { accounts } from '../raw/accounts.ts'
import { contacts } from '../raw/contacts.ts'
import { rule, scoreDays } from '../service.ts'

/**
 * How every account may be reached and how often it was, by what was known at c(D). For decisions only: no model of what
 * happens without contact may read it, since whom a campaign chose tells yesterday's score.
 */
export const contactState = sqlAsset({
  key: 'features/contact_state',
  description: 'Consents, verified addresses, refusals, contacts and offers of every account at each scored day.',
  partitions: scoreDays,
  deps: {
    contacts: through(contacts, trailing({ days: 'all' })),
    accounts: through(accounts, trailing({ days: 'all' })),
  },
  orderBy: ['user_id'],
  // Histories are joined with the days of a step: what is held grows with both.
  range: 30,
  checks: [unique(['user_id', 'snapshot_day'])],
  sql: ({ contacts, accounts, partition }) =>
    sql`${contactStateSql({ contacts, accounts, days: partition.list, rule })}`,
})
