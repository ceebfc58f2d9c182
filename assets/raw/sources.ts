import type { ExternalAsset, FunctionAsset, SqlAsset } from '../../lib/graph/index.ts'
import type { RowMapping } from '../../lib/sources/landing/index.ts'
import { accounts, accountsLanding, accountsMapping, accountsQuarantine, accountsSource } from './accounts.ts'
import { appEvents, appEventsLanding, appEventsMapping, appEventsQuarantine, appEventsSource } from './app-events.ts'
import { catalogue, catalogueLanding, catalogueMapping, catalogueQuarantine, catalogueSource } from './catalogue.ts'
import { contacts, contactsLanding, contactsMapping, contactsQuarantine, contactsSource } from './contacts.ts'
import {
  playerEvents,
  playerEventsLanding,
  playerEventsMapping,
  playerEventsQuarantine,
  playerEventsSource,
} from './player-events.ts'
import {
  subscriptions,
  subscriptionsLanding,
  subscriptionsMapping,
  subscriptionsQuarantine,
  subscriptionsSource,
} from './subscriptions.ts'
import { tvEvents, tvEventsLanding, tvEventsMapping, tvEventsQuarantine, tvEventsSource } from './tv-events.ts'
import { webEvents, webEventsLanding, webEventsMapping, webEventsQuarantine, webEventsSource } from './web-events.ts'

/** The way of a source's rows: as the source counts them, as they were sent, as they are used, and set aside. */
export interface RawSource {
  readonly mapping: RowMapping
  readonly source: ExternalAsset
  readonly landing: FunctionAsset
  readonly rows: SqlAsset
  readonly quarantine: SqlAsset
}

/** Every source of the service. */
export const rawSources: readonly RawSource[] = [
  {
    mapping: playerEventsMapping,
    source: playerEventsSource,
    landing: playerEventsLanding,
    rows: playerEvents,
    quarantine: playerEventsQuarantine,
  },
  {
    mapping: webEventsMapping,
    source: webEventsSource,
    landing: webEventsLanding,
    rows: webEvents,
    quarantine: webEventsQuarantine,
  },
  {
    mapping: appEventsMapping,
    source: appEventsSource,
    landing: appEventsLanding,
    rows: appEvents,
    quarantine: appEventsQuarantine,
  },
  {
    mapping: tvEventsMapping,
    source: tvEventsSource,
    landing: tvEventsLanding,
    rows: tvEvents,
    quarantine: tvEventsQuarantine,
  },
  {
    mapping: subscriptionsMapping,
    source: subscriptionsSource,
    landing: subscriptionsLanding,
    rows: subscriptions,
    quarantine: subscriptionsQuarantine,
  },
  {
    mapping: accountsMapping,
    source: accountsSource,
    landing: accountsLanding,
    rows: accounts,
    quarantine: accountsQuarantine,
  },
  {
    mapping: contactsMapping,
    source: contactsSource,
    landing: contactsLanding,
    rows: contacts,
    quarantine: contactsQuarantine,
  },
  {
    mapping: catalogueMapping,
    source: catalogueSource,
    landing: catalogueLanding,
    rows: catalogue,
    quarantine: catalogueQuarantine,
  },
]
