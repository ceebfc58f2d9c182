/** Which days each source has, and when a day of it takes no more rows. */
import type { WorldCalendar } from './calendar.ts'
import type { Parameters } from './parameters.ts'
import type { SourceName } from './shapes.ts'

/**
 * `by`: a row belongs to the day on which it happened, or to the serving day K in which it became known
 * (c(K-1) < known <= c(K)). `from`: the source has days from the first day of the history on, or of the events.
 */
const PARTITIONS: Readonly<Record<SourceName, { by: 'event' | 'serving'; from: 'history' | 'events' }>> = {
  player_events: { by: 'event', from: 'events' },
  subscriptions: { by: 'serving', from: 'history' },
  accounts: { by: 'serving', from: 'history' },
  web_events: { by: 'event', from: 'events' },
  app_events: { by: 'serving', from: 'events' },
  tv_events: { by: 'event', from: 'events' },
  contacts: { by: 'serving', from: 'history' },
  catalogue: { by: 'event', from: 'events' },
}

/** Index of a source's first day. */
export function firstDayOf(source: SourceName, calendar: WorldCalendar): number {
  return PARTITIONS[source].from === 'history' ? 0 : calendar.firstDay
}

/** The first day that may still get rows when `lived` is over; all are closed after the world's last day. */
export function openAfter(source: SourceName, lived: number, calendar: WorldCalendar, parameters: Parameters): number {
  if (lived === calendar.days - 1) return calendar.days
  // Tomorrow cannot reach back into a day before it; but what happens early tomorrow may be known by c(today).
  return PARTITIONS[source].by === 'event' ? lived + 1 : lived + 1 - servingDelay(parameters)
}

function servingDelay({ publishLagHours }: Parameters): number {
  return Math.ceil(publishLagHours / 24)
}
