import { resolve } from 'node:path'
import { defineGraph } from 'ottok'
import { accounting, events, landing, quarantine, source } from './events.ts'
import { sessions, userDays } from './features.ts'

/** Sparkify, a made-up music service: a month of its log, day by day, to sessions and what is known of a user. */
export default defineGraph({
  assets: [source, landing, events, quarantine, accounting, sessions, userDays],
  resources: () => ({ dataFolder: resolve(process.env.SPARKIFY_DIR ?? '../shared/data/sparkify_log_2018_11') }),
})
