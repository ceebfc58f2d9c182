import { monthly, rowMapping } from 'ottok'
import { landedFile, outside } from '../files/landed-file.ts'

export const zone = 'UTC'
export const months = monthly({ start: '2020-10', end: '2021-03', timezone: zone })

/** Events in the form of Segment. Many are of one millisecond: `event_id` (subsort_id) says which was first. */
export const events = landedFile({
  file: 'events.csv.gz',
  description: 'Events of visitors',
  mapping: rowMapping({
    source: 'events',
    format: {
      kind: 'csv',
      header: true,
      fields: ['anonymousId', 'type', 'timestamp', 'subsort_id', 'context_locale', 'projectId', 'event'],
    },
    partition: [],
    columns: {
      event_id: { type: 'UInt64', sql: 'subsort_id' },
      user_id: { type: 'String', sql: 'anonymousId', required: true, reason: 'no user' },
      event_time: {
        type: "DateTime64(3, 'UTC')",
        sql: `parseDateTime64BestEffortOrNull(timestamp, 3, '${zone}')`,
        reason: 'timestamp is no time',
      },
      type: { type: 'LowCardinality(String)', required: true },
      name: { type: 'LowCardinality(String)', sql: 'event' },
      locale: { type: 'LowCardinality(String)', sql: 'context_locale' },
      project_id: { type: 'LowCardinality(String)', sql: 'projectId' },
    },
    faults: [
      { reason: 'unknown type', when: "value.type NOT IN ('identify', 'page', 'track')" },
      { reason: 'track without an event', when: "value.type = 'track' AND value.name = ''" },
      outside('event_time', months),
    ],
    key: ['event_id'],
    order: ['event_time'],
  }),
  by: { partitions: months, column: 'event_time' },
  orderBy: ['user_id', 'event_time', 'event_id'],
})
