import {
  behaviourEventsSql,
  churnFeatures,
  FARTHEST_AHEAD,
  LATEST_LAG,
  measuresOf,
  statesKnownOnSql,
} from '../../lib/features/index.ts'
import { sql, sqlAsset, through, trailing, unique } from '../../lib/graph/index.ts'
import { appEvents } from '../raw/app-events.ts'
import { identityLinks } from '../raw/identity-links.ts'
import { tvEvents } from '../raw/tv-events.ts'
import { webEvents } from '../raw/web-events.ts'
import { knownDays, rule } from '../service.ts'

/** Event days of which something can become known on a day. */
const eventDays = trailing({ days: LATEST_LAG + 1 })

/**
 * Partial states of what accounts do on the site, in the mobile apps and on TV. Most of it becomes known days later, so a
 * partition holds what became known on a day, of whichever event day: late rows add to today and change no yesterday.
 */
export const behaviourDaily = sqlAsset({
  key: 'features/behaviour_daily',
  description: 'Known-at states of web, app and TV use, by known day: one row per user, event day and lag.',
  partitions: knownDays,
  deps: {
    web: through(webEvents, eventDays),
    app: through(appEvents, trailing({ days: LATEST_LAG + 1 + FARTHEST_AHEAD })),
    tv: through(tvEvents, eventDays),
    links: through(identityLinks, trailing({ days: 'all' })),
  },
  orderBy: ['user_id', 'day'],
  range: 30,
  checks: [unique(['user_id', 'day', 'lag'])],
  sql: ({ web, app, tv, links, partition }) =>
    sql`${statesKnownOnSql(partition.list, {
      events: behaviourEventsSql({ web, app, tv, links, rule }),
      measures: measuresOf(churnFeatures, 'behaviour'),
    })}`,
})
