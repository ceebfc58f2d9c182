/** Which days each source has, and when a day of it takes no more rows. */
import type { WorldCalendar } from './calendar.ts'
import type { Parameters } from './parameters.ts'
import type { SourceName } from './shapes.ts'

/**
 * `by`: a row belongs to the day on which it happened, or to the serving day K in which it became known
 * (c(K-1) < known <= c(K)). `from`: the source has days from the first day of the history on, or of the events.
 * `reachesBack`: what ends just after midnight may have begun on the day before.
 */
interface Partitioning {
  readonly by: 'event' | 'serving'
  readonly from: 'history' | 'events'
  readonly reachesBack?: true
}

const PARTITIONS: Readonly<Record<SourceName, Partitioning>> = {
  player_events: { by: 'event', from: 'events' },
  subscriptions: { by: 'serving', from: 'history' },
  accounts: { by: 'serving', from: 'history' },
  web_events: { by: 'event', from: 'events', reachesBack: true },
  app_events: { by: 'serving', from: 'events' },
  tv_events: { by: 'event', from: 'events' },
  contacts: { by: 'serving', from: 'history' },
  catalogue: { by: 'event', from: 'events' },
}

/** Index of a source's first day. The night of the first day with events is still known by c of the day before. */
export function firstDayOf(source: SourceName, calendar: WorldCalendar, parameters: Parameters): number {
  const { by, from } = PARTITIONS[source]
  if (from === 'history') return 0
  return by === 'event' ? calendar.firstDay : calendar.firstDay - servingDelay(parameters)
}

/** The first day that may still get rows when `lived` is over; all are closed after the world's last day. */
export function openAfter(source: SourceName, lived: number, calendar: WorldCalendar, parameters: Parameters): number {
  if (lived === calendar.days - 1) return calendar.days
  const { by, reachesBack } = PARTITIONS[source]
  if (by === 'event') return reachesBack ? lived : lived + 1
  // What happens early tomorrow may be known by c(today).
  return lived + 1 - servingDelay(parameters)
}

function servingDelay({ publishLagHours }: Parameters): number {
  return Math.ceil(publishLagHours / 24)
}
