/** Conditions and expressions that the mappings of several sources share. */
import { rule } from '../service.ts'

/** UTC time of a text in any usual form; NULL where it is none. */
export const timeOf = (field: string): string => `parseDateTimeBestEffortOrNull(${field}, 'UTC')`

/** Time of a text of whole seconds since 1970; NULL where it is none. */
export const timeOfSeconds = (field: string): string => `toDateTime(toUInt32OrNull(${field}), 'UTC')`

/** Partitions are days of the service: an event of another one came from a wrong clock. */
export const otherDay = {
  reason: 'event_time is of another day',
  when: `toDate(value.event_time, '${rule.zone}') != day`,
} as const

/** Type of a moment in raw tables. */
export const moment = "DateTime('UTC')"
export const word = 'LowCardinality(String)'
