import { resolve } from 'node:path'
import { defineGraph } from 'ottok'
import { accountingOf } from '../files/accounting.ts'
import { activeDays, userLogs } from './listening.ts'
import { labels, members } from './people.ts'
import { transactions } from './transactions.ts'

const files = [transactions, userLogs, activeDays, members, labels]

/** KKBOX, a music streaming service: real, dirty rows of its subscribers, landed by declared mappings. */
export default defineGraph({
  assets: [
    ...files.flatMap(({ source, landing, rows, quarantine }) => [source, landing, rows, quarantine]),
    accountingOf(files),
  ],
  resources: () => ({ dataFolder: resolve(process.env.KKBOX_DIR ?? '../shared/data/kkbox') }),
})
