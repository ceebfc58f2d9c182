import { churnFeatures, dailyStatesSql, measuresOf, viewingEventsSql } from '../../lib/features/index.ts'
import { sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { catalogue } from '../raw/catalogue.ts'
import { playerEvents } from '../raw/player-events.ts'
import { eventDays, rule } from '../service.ts'

/** Partial states of viewing: per user, event day and lag what became known of that day at that lag. */
export const viewingDaily = sqlAsset({
  key: 'features/viewing_daily',
  description: 'Daily known-at states of viewing, one row per user, event day and lag.',
  partitions: eventDays,
  deps: { events: playerEvents, titles: catalogue },
  orderBy: ['user_id', 'lag'],
  range: 30,
  checks: [unique(['user_id', 'day', 'lag'])],
  sql: ({ events, titles }) =>
    sql`${dailyStatesSql({
      events: viewingEventsSql({ player: `(SELECT * EXCEPT (day) FROM ${events})`, catalogue: titles, rule }),
      measures: measuresOf(churnFeatures, 'viewing'),
    })}`,
})
