import { type CutoffRule, literal, servingDaySql } from './labels/moments.ts'
import { lagSql } from './lag-sql.ts'

export interface BehaviourEventsRequest {
  /** Table expression of web hits, whole event days: hit_id, visit_id, client_id, page, event_time, received_at. */
  readonly web: string
  /**
   * Table expression of app events by receive day: day (the receive day), user_id, session_id, event, event_time,
   * received_at; the receive days of `receiveDays` around each event day.
   */
  readonly app: string
  /** Table expression of TV events, whole event days: user_id, event, event_time, received_at. */
  readonly tv: string
  /** Table expression of identity links, from the first on: client_id, user_id, linked_at, known_at. */
  readonly links: string
  /** Expression of type Array(Date): the event days that are made. */
  readonly days: string
  readonly rule: CutoffRule
}

/**
 * Receive days whose app events belong to an event day, counted from it. An event of the night belongs to the serving day
 * before: its own day's cut-off of that morning had not passed. What comes later than a week counts nowhere.
 */
export const receiveDays = { first: -1, last: 7 } as const

/** What each source calls the acts that measures count, in one vocabulary. */
const acts = {
  web: { search: 'search', cancel: 'cancel', help: 'help', price: 'price' },
  app: {
    app_open: 'start',
    search: 'search',
    cancel_view: 'cancel',
    help_view: 'help',
    paywall_view: 'price',
    error: 'error',
  },
  tv: { app_start: 'start', search: 'search', playback_error: 'error' },
} as const

/**
 * Table expression of behaviour as the daily states read it: user_id, day (event day), lag, source (web, app, tv),
 * session_id and event (start, search, cancel, help, price, error, other). Events of nobody known are left out: app events
 * before a login, and web hits of clients that never logged in before the hit.
 */
export function behaviourEventsSql(request: BehaviourEventsRequest): string {
  const { web, app, tv, links, days, rule } = request
  const dayOf = (time: string): string => `toDate(${time}, ${literal(rule.zone)})`
  const own = (from: string, source: 'app' | 'tv', session: string, where: string): string => `
    SELECT user_id, ${dayOf('event_time')} AS event_day, ${lagSql('event_day', 'received_at', rule)} AS lag,
      '${source}' AS source, ${session} AS session_id, ${actSql('event', source)} AS act
    FROM ${from}
    WHERE user_id != '' AND has(${days}, event_day)${where}`
  const received = `dateDiff('day', event_day, day) BETWEEN ${receiveDays.first} AND ${receiveDays.last}`
  return `(SELECT user_id, event_day AS day, lag, source, session_id, act AS event FROM (
    SELECT user_id, event_day, lag, 'web' AS source, visit_id AS session_id, ${actSql('page', 'web')} AS act
    FROM ${identifiedSql(web, links, rule)}
    WHERE has(${days}, event_day)
    UNION ALL ${own(app, 'app', 'session_id', ` AND ${received}`)}
    UNION ALL ${own(tv, 'tv', "''", '')}
  ))`
}

/**
 * Web hits with their user. Of the client's links made by the time of the hit, those decide that are known when the hit
 * and any such link first are; of these the latest. So a hit has one user for good: a link that becomes known later moves
 * nothing that a snapshot has read.
 *
 * A link that follows one to the same user and was not known before it never decides, and is left out.
 */
function identifiedSql(web: string, links: string, rule: CutoffRule): string {
  const linked = `
      SELECT client_id, groupArray((linked_at, served, user_id)) AS links
      FROM (
        SELECT client_id, user_id, linked_at, ${servingDaySql('known_at', rule)} AS served,
          lagInFrame((user_id, served)) OVER (
            PARTITION BY client_id ORDER BY linked_at, user_id, served ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
          ) AS before
        FROM ${links}
      )
      WHERE NOT (before.1 = user_id AND before.2 <= served)
      GROUP BY client_id`
  // The earliest known wins; of several, the latest made.
  const ranked = `arraySort(arrayMap(link -> (greatest(link.2, served), -toInt64(link.1), link.3), made))`
  return `(
    SELECT *, toUInt16(greatest(0, dateDiff('day', event_day, chosen.1))) AS lag, chosen.3 AS user_id
    FROM (
      SELECT hits.*, arrayFilter(link -> link.1 <= event_time, links) AS made, ${ranked}[1] AS chosen
      FROM (
        SELECT client_id, visit_id, page, event_time, toDate(event_time, ${literal(rule.zone)}) AS event_day,
          ${servingDaySql('received_at', rule)} AS served
        FROM ${web}
      ) AS hits
      INNER JOIN (${linked}) AS linked ON linked.client_id = hits.client_id
      WHERE notEmpty(made)
    )
  )`
}

function actSql(column: string, source: keyof typeof acts): string {
  const list = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`
  return `transform(toString(${column}), ${list(Object.keys(acts[source]))}, ${list(Object.values(acts[source]))}, 'other')`
}
