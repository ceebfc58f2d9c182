import { resolve } from 'node:path'
import { defineGraph } from 'ottok'
import { accountingOf } from '../files/accounting.ts'
import { events } from './events.ts'
import { activity, activityDaily, sessions } from './features.ts'

const { source, landing, rows, quarantine } = events

/** Visitors of a web product, as Segment records them: events, visits, and what is known of a visitor by day. */
export default defineGraph({
  assets: [source, landing, rows, quarantine, accountingOf([events]), sessions, activityDaily, activity],
  resources: () => ({ dataFolder: resolve(process.env.SEGMENT_DIR ?? '../shared/data/segment_events') }),
})
