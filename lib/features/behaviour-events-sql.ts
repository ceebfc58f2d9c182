import { type CutoffRule, literal, servingDaySql } from './labels/moments.ts'
import { lagSql } from './lag-sql.ts'

export interface BehaviourEventsRequest {
  /** Table expression of web hits, whole event days: visit_id, client_id, page, event_time, received_at. */
  readonly web: string
  /** Table expression of app events, whole receive days: day (the receive day), user_id, session_id, event, event_time. */
  readonly app: string
  /** Table expression of TV events, whole event days: user_id, event, event_time, received_at. */
  readonly tv: string
  /** Table expression of identity links, from the first on: client_id, user_id, linked_at, known_at. */
  readonly links: string
  readonly rule: CutoffRule
}

/**
 * The greatest lag of behaviour: what becomes known later counts nowhere, in no snapshot. So the states that become known
 * on a day are made from few days of rows, and are never made anew.
 */
export const LATEST_LAG = 7

/**
 * App events by receive day may be dated a day ahead: those of the night, which are received before the cut-off of the
 * day before, and those of a clock that is a little fast. Further ahead they count nowhere.
 */
export const FARTHEST_AHEAD = 1

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
export function behaviourEventsSql({ web, app, tv, links, rule }: BehaviourEventsRequest): string {
  const eventDay = `toDate(event_time, ${literal(rule.zone)}) AS event_day`
  const own = (source: string, session: string): string => `'${source}' AS source, ${session} AS session_id`
  return `(SELECT user_id, event_day AS day, lag, source, session_id, act AS event FROM (
    SELECT user_id, event_day, lag, ${own('web', 'visit_id')}, ${actSql('page', 'web')} AS act
    FROM ${identifiedSql(web, links, rule)}
    UNION ALL
    SELECT user_id, ${eventDay}, toUInt16(greatest(0, dateDiff('day', event_day, day))) AS lag,
      ${own('app', 'session_id')}, ${actSql('event', 'app')} AS act
    FROM ${app}
    WHERE dateDiff('day', day, event_day) <= ${FARTHEST_AHEAD}
    UNION ALL
    SELECT user_id, ${eventDay}, ${lagSql('event_day', 'received_at', rule)} AS lag,
      ${own('tv', "''")}, ${actSql('event', 'tv')} AS act
    FROM ${tv}
  ) WHERE user_id != '' AND lag <= ${LATEST_LAG})`
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
