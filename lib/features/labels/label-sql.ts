import { layers, tunedQuery } from './layers.ts'
import { epochSql } from './moments.ts'
import { channelsDiffer, judgedFrom, type SnapshotRequest, standingCtes } from './snapshot-state-sql.ts'
import { coverLinkSql, linksSql, spellEndSql } from './spell-sql.ts'
import { revokedCodes } from './timelines-sql.ts'

/** Columns of `labelSql`, in order. */
export const labelColumns = [
  ['user_id', 'String', 'the paying account'],
  ['snapshot_day', 'Date', 'day D'],
  ['eligible', 'UInt8', 'an own entitlement covers t(D) by what was known at c(D)'],
  ['status', 'String', 'scored, paused, sponsored or in_grace'],
  ['segment', 'Nullable(String)', 'trial or paid'],
  ['due', 'Nullable(UInt8)', 'the spell as promised ends inside the horizon'],
  ['undecided', 'Nullable(UInt8)', 'the latest of switches and cancellations says on'],
  ['y', 'Nullable(UInt8)', '1 = the spell ended inside the horizon; null: not eligible, or no cover by hindsight'],
  ['lapse_at', "Nullable(DateTime('UTC'))", 'end of the spell where y = 1'],
  ['cause', 'Nullable(String)', 'deleted, refund, trial_not_converted, choice or payment where y = 1'],
  ['returned_at', "Nullable(DateTime('UTC'))", 'begin of the next base entitlement, if known, where y = 1'],
  ['frozen_at', "DateTime('UTC')", 'the label is what was known then; later corrections are revisions'],
] as const

/**
 * SQL of the labels of every account at every snapshot day (`labelColumns`): eligibility and segment from what was known
 * at c(D), the outcome from what was known at the freezing moment. A label exists from `frozen_at` on; ask for days whose
 * freezing moment has passed.
 *
 * @param knownBy moment expression that takes the place of the freezing moment: the outcome as it is known then, which
 *   a revision compares with the frozen label.
 */
export function labelSql(request: SnapshotRequest, knownBy?: string): string {
  const { rule } = request
  const horizon = knownBy === undefined ? 'frozen_at' : epochSql(knownBy)
  const ending = (test: string): string => `arrayExists(p -> p.end = lapse AND ${test}, later)`
  const off = `tupleElement(arrayLast(s -> s.1 < lapse AND s.2 <= known_by, switches), 3) = 0`
  const utc = (expression: string): string => `toDateTime(${expression}, 'UTC')`
  return tunedQuery(`
WITH${standingCtes(request, true)}
SELECT
  user_id, snapshot_day, eligible, status, segment, due, undecided,
  if(NOT eligible OR lapse = 0, NULL, toUInt8(lapsed)) AS y,
  if(lapsed, ${utc('lapse')}, NULL) AS lapse_at,
  if(lapsed, multiIf(
    ${ending(`p.revoked = ${revokedCodes.deleted}`)}, 'deleted',
    ${ending(`p.revoked IN (${revokedCodes.refund}, ${revokedCodes.chargeback})`)}, 'refund',
    NOT ${ending('p.phase NOT IN (1, 2)')}, 'trial_not_converted',
    ${ending(`p.revoked = ${revokedCodes.terminated}`)} OR ${off}, 'choice',
    'payment'
  ), NULL) AS cause,
  if(lapsed AND next_begin > 0, ${utc('next_begin')}, NULL) AS returned_at,
  ${utc('frozen_at')} AS frozen_at
FROM ${layers(
    judgedFrom(rule),
    `${horizon} AS known_by`,
    'arrayFilter(p -> p.from <= known_by AND known_by < p.to AND p.end > t, hindsight_pieces) AS later',
    `${linksSql('later', channelsDiffer(rule))} AS later_links, arrayMap(p -> p.begin, later) AS later_begins`,
    `${coverLinkSql('later', 'later_links', 't')} AS later_cover`,
    `${spellEndSql('later_begins', 'later_links', 'later_cover')} AS lapse`,
    `eligible AND lapse > 0 AND lapse < horizon_end AS lapsed,
    arrayMin(arrayFilter(b -> b >= lapse, later_begins)) AS next_begin`,
  )}`)
}
