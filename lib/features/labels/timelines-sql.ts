import { epochSql, lagSeconds, literal } from './moments.ts'
import type { LabelRule } from './rule.ts'

/**
 * How far facts are seen. `state` sees at cut-off t what took place by t and was known by c = t + lag: a fact shows from
 * max(took place, known - lag) on. `label` sees by a moment what was known by it. Either way one number per fact
 * decides, so an entitlement becomes a few pieces, of which just one is in sight at a time.
 */
export type Sight = 'state' | 'label'

/** Later than every moment; the end of what has no end. */
const never = '4294967295'

/** Codes of phases in pieces; codes up to `ownPhases` mean that the user pays for himself. */
export const phaseCodes = { trial: 1, intro: 2, paid: 3, promo: 4, gift: 5, partner: 6, pause: 7 } as const
export const ownPhases = phaseCodes.promo

/** Codes of revocations in pieces, in the order in which they decide the cause. */
export const revokedCodes = { deleted: 1, refund: 2, chargeback: 3, terminated: 4, other: 5 } as const

function returnDaysSql(rule: LabelRule): string {
  const channels = Object.entries(rule.returnDaysByChannel)
  if (channels.length === 0) return String(rule.returnDays)
  const cases = channels.map(([channel, days]) => `channel = ${literal(channel)}, ${days}`)
  return `multiIf(${cases.join(', ')}, ${rule.returnDays})`
}

function codeSql(text: string, codes: Readonly<Record<string, number>>, otherwise: number): string {
  const names = Object.keys(codes).map(literal).join(', ')
  return `transform(${text}, [${names}], [${Object.values(codes).join(', ')}], ${otherwise})`
}

const pieceFields = {
  from: 'Int64',
  to: 'Int64',
  begin: 'Int64',
  end: 'Int64',
  reach: 'Int64',
  phase: 'UInt8',
  revoked: 'UInt8',
  cheap: 'UInt8',
  full: 'UInt8',
}
const planFields = { charge: 'Int64', list: 'Int64', plan_days: 'UInt16', plan: 'UInt16', channel: 'UInt16' }

function tupleSql(expressions: readonly string[], fields: Readonly<Record<string, string>>): string {
  const types = Object.entries(fields).map(([name, type]) => `${name} ${type}`)
  return `CAST((${expressions.join(', ')}), 'Tuple(${types.join(', ')})')`
}

/**
 * SELECT of (user_id, pieces) from the CTE `changes`: per user the pieces of his base entitlements, ordered by end.
 * A piece is in sight from `from` until before `to`; there the entitlement runs from `begin` until before `end`, and a
 * next one that begins before `reach` continues it. Money and plan come with the sight `state` only.
 */
export function piecesSql(rule: LabelRule, sight: Sight): string {
  const took = `if(kind = 'entitlement', assumeNotNull(activated_at), at)`
  const known = epochSql('known_at')
  const seen = sight === 'state' ? `greatest(${epochSql(took)}, ${known} - ${lagSeconds(rule)})` : known
  const whyCode = codeSql('toString(why)', revokedCodes, revokedCodes.other)
  const phaseCode = codeSql('toString(phase)', phaseCodes, 0)
  const plain = [
    'from',
    'to',
    'begin',
    'end',
    `${epochSql(`addDays(toDateTime(end, ${literal(rule.zone)}), return_days)`)}`,
  ]
  const judged = [
    'phase',
    'if(revocation != 0 and intDiv(revocation, 8) = end, revocation % 8, 0)',
    'phase IN (1, 2) AND charge * 5 <= list',
    'charge > 0 AND charge >= list',
  ]
  const plan = ['charge', 'list', 'plan_days', 'indexOf(plan_codes, plan_code)', 'indexOf(channels, channel)']
  const piece =
    sight === 'state'
      ? tupleSql([...plain, ...judged, ...plan], { ...pieceFields, ...planFields })
      : tupleSql([...plain, ...judged], pieceFields)
  const names = `
      (SELECT arraySort(groupUniqArray(toString(plan_code))) FROM changes) AS plan_codes,
      (SELECT arraySort(groupUniqArray(toString(channel))) FROM changes) AS channels`
  return `
    WITH ${names}
    SELECT user_id, arrayMap(x -> x.3, arraySort(groupArray((end, begin, ${piece}, entitlement_id)))) AS pieces
    FROM (
      SELECT
        user_id, entitlement_id, from, to,
        tupleElement(version, 1) AS begin,
        least(tupleElement(version, 2), cut) AS end,
        tupleElement(version, 3) AS phase,
        tupleElement(version, 4) AS charge,
        tupleElement(version, 5) AS list,
        tupleElement(version, 6) AS plan_code,
        tupleElement(version, 7) AS plan_days,
        tupleElement(version, 8) AS channel,
        ${returnDaysSql(rule)} AS return_days,
        revocation
      FROM (
        SELECT
          user_id, entitlement_id, seen AS from,
          leadInFrame(seen, 1, toInt64(${never})) OVER (w ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS to,
          countIf(kind = 'entitlement') OVER past AS versions,
          argMaxIf(
            (
              greatest(${epochSql('assumeNotNull(start)')}, ${epochSql('assumeNotNull(activated_at)')}),
              ${epochSql('assumeNotNull(end_promised)')},
              ${phaseCode}, charge_kopecks, list_kopecks, toString(plan_code), plan_days, toString(channel)
            ),
            (known_at, change_id), kind = 'entitlement'
          ) OVER past AS version,
          min(if(kind = 'entitlement', toInt64(${never}), ${epochSql('at')})) OVER past AS cut,
          min(if(kind = 'revocation', ${epochSql('at')} * 8 + ${whyCode}, toInt64(${never}) * 8)) OVER past AS revocation
        FROM (
          SELECT *, ${seen} AS seen
          FROM changes
          WHERE kind IN ('revocation', 'replacement') OR (kind = 'entitlement' AND product = 'base')
        )
        WINDOW
          w AS (PARTITION BY user_id, entitlement_id ORDER BY seen, known_at, change_id),
          past AS (PARTITION BY user_id, entitlement_id ORDER BY seen, known_at, change_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      )
      WHERE versions > 0 AND from < to
    )
    WHERE begin < end
    GROUP BY user_id`
}

/**
 * SELECT of (user_id, switches, accesses, failures) from the CTE `changes`, one row per user of the log.
 * switches: (at, known, is_on, is_cancellation), ordered in time, off last where all else is equal; accesses: (at,
 * until, is_grace, known); failures: (at, known) of failed charges.
 */
export function momentsSql(): string {
  const at = epochSql('at')
  const known = epochSql('known_at')
  const isOn = `toUInt8(kind = 'auto_renew' AND value = 1)`
  return `
    SELECT
      user_id,
      arraySort(x -> (x.1, x.2, -toInt8(x.3)), groupArrayIf(
        (${at}, ${known}, ${isOn}, toUInt8(kind = 'cancellation')), kind IN ('auto_renew', 'cancellation')
      )) AS switches,
      groupArrayIf(
        (${at}, ${epochSql('assumeNotNull(until)')}, toUInt8(why IN ('dunning', 'store_grace')), ${known}),
        kind = 'access' AND why IN ('dunning', 'store_grace', 'family')
      ) AS accesses,
      groupArrayIf((${at}, ${known}), kind = 'payment' AND value = 0) AS failures
    FROM changes
    GROUP BY user_id`
}
