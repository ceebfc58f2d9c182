import { sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { eventDays } from '../service.ts'
import { webEvents } from './web-events.ts'

export const identityLinks = sqlAsset({
  key: 'raw/identity_links',
  description:
    'Which browser was whose: each link once per browser, user and day, as first known. It holds from `linked_at` on, ' +
    'and counts only where it was known.',
  group: 'raw',
  partitions: eventDays,
  deps: { hits: webEvents },
  orderBy: ['client_id', 'linked_at', 'user_id'],
  range: 60,
  checks: [unique(['client_id', 'user_id'])],
  sql: ({ hits }) => sql`
    SELECT day, client_id, user_hint AS user_id, event_time AS linked_at, received_at AS known_at
    FROM ${hits}
    WHERE user_hint != ''
    ORDER BY day, client_id, user_id, known_at, linked_at
    LIMIT 1 BY day, client_id, user_id`,
})
