/** What devices say that an account did beside watching. Moments are local seconds. */
import type { Account } from '../account.ts'
import type { Title } from '../titles.ts'
import type { Mobile } from './habits.ts'

export type WebPage =
  | 'home'
  | 'catalog'
  | 'search'
  | 'title'
  | 'watch'
  | 'login'
  | 'account'
  | 'cancel'
  | 'price'
  | 'help'

export interface WebHit {
  readonly page: WebPage
  /** Of title and watch pages. */
  readonly title: Title | null
  readonly at: number
}

/** Hits of one browser that the site counts as one visit; a `login` hit says whose it is. */
export interface WebVisit {
  readonly account: Account
  /** Account whose browser it is: another one where a household shares it. */
  readonly owner: number
  /** Position among the browsers of the owner. */
  readonly browser: number
  /** Day on which it began, and its position among the account's visits of that day. */
  readonly day: number
  readonly nth: number
  readonly hits: readonly WebHit[]
}

export type AppAction =
  | 'app_open'
  | 'search'
  | 'title_view'
  | 'play'
  | 'download'
  | 'paywall_view'
  | 'help_view'
  | 'cancel_view'
  | 'push_open'
  | 'error'

export interface AppEvent {
  readonly action: AppAction
  readonly title: Title | null
  readonly at: number
}

export interface AppSession {
  readonly account: Account
  readonly mobile: Mobile
  /** Counts the installations of the app on this device. */
  readonly installation: number
  readonly signedIn: boolean
  readonly day: number
  readonly nth: number
  readonly events: readonly AppEvent[]
}

export type TvAction = 'app_start' | 'browse' | 'search' | 'play_request' | 'playback_error' | 'exit'

export interface TvEvent {
  readonly action: TvAction
  readonly title: Title | null
  readonly loadMs: number
  readonly at: number
}

export interface TvSession {
  readonly account: Account
  /** Position among the account's devices. */
  readonly device: number
  readonly day: number
  readonly events: readonly TvEvent[]
}

export interface BehaviourSink {
  web(visit: WebVisit): void
  app(session: AppSession): void
  tv(session: TvSession): void
}
