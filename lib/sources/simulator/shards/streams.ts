/** The sources that accounts leave rows in, as one shard writes them. */
import { ArchiveWriter, type ClosedDay, TextArchiveWriter } from '../archive.ts'
import { type CancelWatch, watchCancellations } from '../behaviour/cancel-watch.ts'
import type { BehaviourSink } from '../behaviour/messages.ts'
import { createBillingArchive } from '../billing-archive.ts'
import type { BillingLog } from '../billing-log.ts'
import type { Marketing } from '../campaigns/index.ts'
import { DirtLedger } from '../dirt-ledger.ts'
import { createPassMedia, type PassMedia } from '../formats/accounts.ts'
import { createAppEvents } from '../formats/app-events.ts'
import { createContacts } from '../formats/contacts.ts'
import { createTvEvents } from '../formats/tv-events.ts'
import { createWebEvents } from '../formats/web-events.ts'
import { firstDayOf, openAfter } from '../partitions.ts'
import { createPlayerArchive } from '../player-archive.ts'
import { type SourceName, shapes } from '../shapes.ts'
import { sourceFaults } from '../source-faults.ts'
import type { SessionSink } from '../viewing.ts'
import type { ShardDay } from './protocol.ts'
import type { Stage } from './stage.ts'

export interface Streams {
  readonly billing: BillingLog
  readonly passMedia: PassMedia
  readonly player: SessionSink
  readonly marketing: Marketing
  readonly behaviour: BehaviourSink
  /** What billing was told of cancellations. */
  readonly cancellations: CancelWatch
  readonly dirt: DirtLedger
  /** The days that are closed when `lived` is over. */
  closeAfter(lived: number): ShardDay['closed']
}

interface Writer {
  closeBefore(day: number): ClosedDay[]
}

export function openStreams({ scene, calendar }: Stage): Streams {
  const { parameters, seed } = scene
  const { stops } = sourceFaults(parameters.faults, calendar.days)
  const dirt = new DirtLedger(stops)
  const place = <N extends SourceName>(source: N) => ({ source, firstDay: firstDayOf(source, calendar), stops })
  const table = <N extends keyof typeof shapes>(source: N) =>
    new ArchiveWriter<(typeof shapes)[N]['columns']>({ ...place(source), shape: shapes[source].columns })
  const writers = {
    player_events: table('player_events'),
    subscriptions: table('subscriptions'),
    accounts: table('accounts'),
    web_events: new TextArchiveWriter(place('web_events')),
    app_events: new TextArchiveWriter(place('app_events')),
    tv_events: new TextArchiveWriter(place('tv_events')),
    contacts: new TextArchiveWriter(place('contacts')),
  }
  const shared = { calendar, parameters, seed, dirt }
  const cancellations = watchCancellations(createBillingArchive({ writer: writers.subscriptions, ...shared }))
  const passMedia = createPassMedia({ writer: writers.accounts, ...shared })
  return {
    billing: cancellations.log,
    cancellations,
    passMedia,
    marketing: {
      log: createContacts({ writer: writers.contacts, ...shared, unsubscribed: passMedia.withdraw }),
      allows: passMedia.allows,
    },
    behaviour: {
      web: createWebEvents({ writer: writers.web_events, ...shared }),
      app: createAppEvents({ writer: writers.app_events, ...shared }),
      tv: createTvEvents({ writer: writers.tv_events, ...shared }),
    },
    player: createPlayerArchive({ writer: writers.player_events, ...shared }),
    dirt,
    closeAfter: (lived) =>
      Object.entries(writers).flatMap(([name, writer]: [string, Writer]) => {
        const source = name as SourceName
        return writer
          .closeBefore(openAfter(source, lived, calendar, parameters))
          .map((closed) => ({ source, ...closed }))
      }),
  }
}
