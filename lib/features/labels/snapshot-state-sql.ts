import { layers, tunedQuery } from './layers.ts'
import { cutoffSql, epochSql, frozenAtSql, lagSeconds, literal } from './moments.ts'
import type { LabelRule } from './rule.ts'
import { coverLinkSql, linksSql, spellEndSql } from './spell-sql.ts'
import { momentsSql, ownPhases, phaseCodes, piecesSql } from './timelines-sql.ts'

/** What the builders of state and label ask for. */
export interface SnapshotRequest {
  /** Table expression of the change log: a table name or a subquery in brackets. */
  readonly changes: string
  /** Expression of type Array(Date): the snapshot days, such as `{p_list:Array(Date)}`. */
  readonly days: string
  readonly rule: LabelRule
}

/** Columns of `snapshotStateSql`, in order. Fields of cover are zero, empty or null where nothing covers the cut-off. */
export const snapshotStateColumns = [
  ['user_id', 'String', 'the paying account'],
  ['snapshot_day', 'Date', 'day D'],
  ['eligible', 'UInt8', 'an own entitlement covers t(D); only then there is a training row'],
  ['status', 'String', 'scored, paused, sponsored or in_grace'],
  ['segment', 'Nullable(String)', 'trial or paid; null when not eligible'],
  ['due', 'Nullable(UInt8)', 'the spell as promised ends inside the horizon; null when not eligible'],
  ['undecided', 'Nullable(UInt8)', 'the latest of switches and cancellations says on; null when not eligible'],
  ['current_end', "Nullable(DateTime('UTC'))", 'end of the spell as promised; null in grace'],
  ['days_to_end', 'Int32', 'whole days from t(D) to current_end'],
  ['spell_no', 'UInt16', 'spells begun by t(D), the current one included'],
  ['tenure_days', 'Int32', 'whole days from the begin of the current spell to t(D)'],
  ['days_since_signup', 'Int32', 'whole days from the first base entitlement to t(D)'],
  ['auto_renew', 'UInt8', 'the latest switch says on'],
  [
    'cancel_requested_at',
    "Nullable(DateTime('UTC'))",
    'the latest cancellation, unless renewal was switched on after it',
  ],
  ['failed_payments_30d', 'UInt16', 'failed charges in the 30 x 24 h before t(D)'],
  ['is_intro', 'UInt8', 'the current entitlement is a trial or intro'],
  ['plan_code', 'String', 'plan of the current entitlement: of those begun by t(D) the one that ends last'],
  ['plan_days', 'UInt16', 'its nominal days'],
  ['price_kopecks', 'Int64', 'what was charged for it'],
  ['list_kopecks', 'Int64', 'its full price'],
  ['payment_channel', 'String', 'who takes the money'],
] as const

/**
 * CTEs up to `standing`: one row per (user, snapshot day) that has a status, with the arrays that the rest needs.
 * `labels` adds the pieces of hindsight that a label is made from.
 */
export function standingCtes(request: SnapshotRequest, labels: boolean): string {
  const { changes, days, rule } = request
  const covers = (codes: string): string => `arrayExists(p -> p.begin <= t AND t < p.end AND ${codes}, seen)`
  const access = (grace: number): string =>
    `arrayExists(a -> a.1 <= t AND t < a.2 AND a.3 = ${grace} AND a.4 <= t + ${lagSeconds(rule)}, accesses)`
  const day = 'd'
  const horizon = `toDateTime(addDays(${day}, ${1 + rule.horizonDays}), ${literal(rule.zone)})`
  const cutoffs = `arrayMap(${day} -> (${[
    `toDate(${day})`,
    epochSql(cutoffSql(day, rule.zone)),
    epochSql(horizon),
    epochSql(frozenAtSql(day, rule)),
  ].join(', ')}), ${days})`
  return `
  changes AS (SELECT * FROM ${changes}),
  users AS (
    SELECT moments.user_id AS user_id, switches, accesses, failures, state.pieces AS pieces${labels ? ', hindsight.pieces AS hindsight_pieces' : ''},
      arrayMin(arrayConcat(arrayMap(p -> p.begin, pieces), arrayMap(a -> a.1, accesses))) AS first_moment,
      arrayMax(arrayConcat(arrayMap(p -> p.end, pieces), arrayMap(a -> a.2, accesses))) AS last_moment
    FROM (${momentsSql()}) AS moments
    LEFT JOIN (${piecesSql(rule, 'state')}) AS state ON state.user_id = moments.user_id
    ${labels ? `LEFT JOIN (${piecesSql(rule, 'label')}) AS hindsight ON hindsight.user_id = moments.user_id` : ''}
    WHERE notEmpty(pieces) OR notEmpty(accesses)
  ),
  user_days AS (
    SELECT *, arrayFilter(p -> p.from <= t AND t < p.to, pieces) AS seen
    FROM (SELECT *, cutoff.1 AS snapshot_day, cutoff.2 AS t, cutoff.3 AS horizon_end, cutoff.4 AS frozen_at FROM users
    ARRAY JOIN arrayFilter(x -> first_moment <= x.2 AND x.2 < last_moment, ${cutoffs}) AS cutoff)
  ),
  standing AS (
    SELECT *, status = 'scored' AS eligible FROM (SELECT *,
      multiIf(
        ${covers(`p.phase <= ${ownPhases}`)}, 'scored',
        ${covers(`p.phase = ${phaseCodes.pause}`)}, 'paused',
        ${covers('1')}, 'sponsored',
        ${access(1)}, 'in_grace',
        ${access(0)}, 'sponsored',
        ''
      ) AS status
    FROM user_days)
    WHERE status != ''
  )`
}

/** `standing` with segment, due, undecided and what they are made from: promised_end is 0 where nothing covers t. */
export function judgedFrom(rule: LabelRule): string {
  const latest = `tupleElement(arrayLast(s -> s.1 < t AND s.2 <= t + ${lagSeconds(rule)}, switches), 3)`
  const paid = 'arrayExists(p -> p.full = 1 OR (p.begin <= t AND t < p.end AND p.cheap = 0), seen)'
  return layers(
    'standing',
    'arrayFilter(p -> p.end > t, seen) AS ahead',
    `${linksSql('ahead', channelsDiffer(rule))} AS links, arrayMap(p -> p.begin, ahead) AS link_begins`,
    `${coverLinkSql('ahead', 'links', 't')} AS cover_link`,
    `${spellEndSql('link_begins', 'links', 'cover_link')} AS promised_end`,
    `if(eligible, if(${paid}, 'paid', 'trial'), NULL) AS segment,
    if(eligible, toUInt8(promised_end < horizon_end), NULL) AS due,
    if(eligible, ${latest}, NULL) AS undecided`,
  )
}

/** Whether return days differ by channel, so that the channels of what ends matter. */
export function channelsDiffer(rule: LabelRule): boolean {
  return Object.values(rule.returnDaysByChannel).some((days) => days !== rule.returnDays)
}

/**
 * SQL of the billing state of every account at every snapshot day, from what took place by t(D) and was known by c(D):
 * the rule of LABELS.md and the fields of the present spell (`snapshotStateColumns`). Accounts without cover or access
 * have no row. Spells are counted by the same return days; a spell begins where no earlier entitlement reaches.
 */
export function snapshotStateSql(request: SnapshotRequest): string {
  const { rule } = request
  const known = `s.1 < t AND s.2 <= t + ${lagSeconds(rule)}`
  const cancelled = `arrayLast(s -> ${known} AND (s.4 = 1 OR s.3 = 1), switches)`
  const utc = (expression: string): string => `toDateTime(${expression}, 'UTC')`
  return tunedQuery(`
WITH${standingCtes(request, false)}
SELECT
  user_id, snapshot_day, eligible, status, segment, due, undecided,
  if(promised_end = 0, NULL, ${utc('promised_end')}) AS current_end,
  toInt32(if(promised_end = 0, 0, intDiv(promised_end - t, 86400))) AS days_to_end,
  toUInt16(length(spells)) AS spell_no,
  toInt32(if(empty(spells), 0, intDiv(t - arrayMax(spells), 86400))) AS tenure_days,
  toInt32(if(empty(begun), 0, intDiv(t - arrayMin(p -> p.begin, begun), 86400))) AS days_since_signup,
  toUInt8(tupleElement(arrayLast(s -> ${known} AND s.4 = 0, switches), 3)) AS auto_renew,
  if(cancelled.4 = 1, ${utc('cancelled.1')}, NULL) AS cancel_requested_at,
  toUInt16(arrayCount(f -> f.1 >= t - 30 * 86400 AND f.1 < t AND f.2 <= t + ${lagSeconds(rule)}, failures)) AS failed_payments_30d,
  toUInt8(current.phase IN (${phaseCodes.trial}, ${phaseCodes.intro})) AS is_intro,
  (SELECT arraySort(groupUniqArray(toString(plan_code))) FROM changes)[current.plan] AS plan_code,
  current.plan_days AS plan_days, current.charge AS price_kopecks, current.list AS list_kopecks,
  (SELECT arraySort(groupUniqArray(toString(channel))) FROM changes)[current.channel] AS payment_channel
FROM ${layers(
    judgedFrom(rule),
    'arrayFilter(p -> p.begin <= t, seen) AS begun',
    `arrayLast(p -> 1, begun) AS current,
    arrayMap(p -> p.begin, begun) AS begins,
    arrayMap(p -> p.reach, begun) AS reaches,
    ${cancelled} AS cancelled`,
    'arrayDistinct(arrayFilter(b -> NOT arrayExists((c, r) -> c < b AND b < r, begins, reaches), begins)) AS spells',
  )}`)
}
