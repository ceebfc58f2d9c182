import { Temporal } from 'temporal-polyfill'
import type { ChangeRow } from './change-log.ts'
import type { Cause, LabelRule, Status } from './rule.ts'
import { freezeDays } from './rule.ts'

/**
 * The label rule, written to be obviously right and not to be quick: the judge of the SQL.
 * It takes the change log of one user, one snapshot day and the rule; all moments are epoch seconds.
 */

/** State at the cut-off; all but `eligible` and `status` are null when not eligible. */
export interface ReferenceState {
  readonly eligible: boolean
  readonly status: Status | null
  readonly segment: 'trial' | 'paid' | null
  readonly due: boolean | null
  readonly undecided: boolean | null
}

/** Outcome by the facts known at some moment; `y` is null when nothing covers the cut-off by those facts. */
export interface ReferenceLabel {
  readonly y: 0 | 1 | null
  readonly lapseAt: number | null
  readonly cause: Cause | null
  readonly returnedAt: number | null
}

interface Entitlement {
  readonly phase: string
  readonly channel: string
  readonly charge: number
  readonly list: number
  readonly begin: number
  readonly end: number
  readonly revokedWhy: readonly string[]
}

/** Epoch seconds of a 'YYYY-MM-DD hh:mm:ss' UTC text. */
export function seconds(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`) / 1000
}

/** Cut-off t(D), serving cut-off c(D), end of the horizon and the freezing moment of a snapshot day, epoch seconds. */
export function cutoffs(day: string, rule: LabelRule): { t: number; c: number; horizonEnd: number; frozenAt: number } {
  const midnight = (days: number): number =>
    Temporal.PlainDate.from(day).add({ days }).toZonedDateTime(rule.zone).epochMilliseconds / 1000
  const t = midnight(1)
  return {
    t,
    c: t + rule.publishLagHours * 3600,
    horizonEnd: midnight(1 + rule.horizonDays),
    frozenAt: midnight(1 + freezeDays(rule)),
  }
}

function addDays(moment: number, days: number, zone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(moment * 1000).toZonedDateTimeISO(zone)
  return zoned.add({ days }).epochMilliseconds / 1000
}

/** Entitlements of the base product as known by `knownBy`, from facts that took place by `tookPlaceBy`; no empty ones. */
function entitlementsAt(changes: readonly ChangeRow[], knownBy: number, tookPlaceBy: number): Entitlement[] {
  const known = changes.filter((change) => seconds(change.known_at) <= knownBy)
  const latest = new Map<string, ChangeRow>()
  for (const change of known) {
    if (change.kind !== 'entitlement' || change.product !== 'base') continue
    if (seconds(change.activated_at as string) > tookPlaceBy) continue
    const held = latest.get(change.entitlement_id)
    if (held === undefined || isLater(change, held)) latest.set(change.entitlement_id, change)
  }
  const result: Entitlement[] = []
  for (const change of latest.values()) {
    const cuts = known.filter(
      (other) =>
        (other.kind === 'revocation' || other.kind === 'replacement') &&
        other.entitlement_id === change.entitlement_id &&
        seconds(other.at) <= tookPlaceBy,
    )
    const begin = Math.max(seconds(change.start as string), seconds(change.activated_at as string))
    const end = Math.min(seconds(change.end_promised as string), ...cuts.map((cut) => seconds(cut.at)))
    if (begin >= end) continue
    const revokedWhy = cuts.filter((cut) => cut.kind === 'revocation' && seconds(cut.at) === end).map((cut) => cut.why)
    const { phase, channel, charge_kopecks: charge, list_kopecks: list } = change
    result.push({ phase, channel, charge, list, begin, end, revokedWhy })
  }
  return result
}

function isLater(change: ChangeRow, other: ChangeRow): boolean {
  const [a, b] = [seconds(change.known_at), seconds(other.known_at)]
  return a === b ? change.change_id > other.change_id : a > b
}

function covering(entitlements: readonly Entitlement[], moment: number): Entitlement[] {
  return entitlements.filter((one) => one.begin <= moment && moment < one.end)
}

/** End of the spell that covers `moment`; undefined when nothing covers it. */
function spellEnd(entitlements: readonly Entitlement[], moment: number, rule: LabelRule): number | undefined {
  const cover = covering(entitlements, moment)
  if (cover.length === 0) return undefined
  let end = Math.max(...cover.map((one) => one.end))
  for (;;) {
    const ending = entitlements.filter((one) => one.end === end)
    const days = Math.max(...ending.map((one) => rule.returnDaysByChannel[one.channel] ?? rule.returnDays))
    const returnBy = addDays(end, days, rule.zone)
    const next = entitlements.filter((one) => one.begin < returnBy && one.end > end)
    if (next.length === 0) return end
    end = Math.max(...next.map((one) => one.end))
  }
}

/** Whether the latest of switches and cancellations before `before` and known by `knownBy` says on; off wins a tie. */
function renewalOn(changes: readonly ChangeRow[], before: number, knownBy: number): boolean {
  const events = changes
    .filter((change) => change.kind === 'auto_renew' || change.kind === 'cancellation')
    .filter((change) => seconds(change.at) < before && seconds(change.known_at) <= knownBy)
    .map((change) => ({ change, on: change.kind === 'auto_renew' && change.value === 1 }))
  events.sort(
    (a, b) =>
      seconds(a.change.at) - seconds(b.change.at) ||
      seconds(a.change.known_at) - seconds(b.change.known_at) ||
      Number(b.on) - Number(a.on),
  )
  return events.at(-1)?.on ?? false
}

const own = ['trial', 'intro', 'paid', 'promo']

/** State of one user at snapshot day `day` from facts that took place by t(D) and were known by c(D). */
export function referenceState(changes: readonly ChangeRow[], day: string, rule: LabelRule): ReferenceState {
  const { t, c, horizonEnd } = cutoffs(day, rule)
  const entitlements = entitlementsAt(changes, c, t)
  const cover = covering(entitlements, t)
  const covers = (...phases: string[]): boolean => cover.some((one) => phases.includes(one.phase))
  if (!covers(...own)) {
    const access = (...why: string[]): boolean =>
      changes.some(
        (change) =>
          change.kind === 'access' &&
          why.includes(change.why) &&
          seconds(change.at) <= t &&
          seconds(change.known_at) <= c &&
          t < seconds(change.until as string),
      )
    let status: Status | null = null
    if (covers('pause')) status = 'paused'
    else if (covers('gift', 'partner')) status = 'sponsored'
    else if (access('dunning', 'store_grace')) status = 'in_grace'
    else if (access('family')) status = 'sponsored'
    return { eligible: false, status, segment: null, due: null, undecided: null }
  }
  const cheapTrial = (one: Entitlement): boolean =>
    (one.phase === 'trial' || one.phase === 'intro') && one.charge * 5 <= one.list
  const paidFull = entitlements.some((one) => one.charge > 0 && one.charge >= one.list)
  return {
    eligible: true,
    status: 'scored',
    segment: cover.every(cheapTrial) && !paidFull ? 'trial' : 'paid',
    due: (spellEnd(entitlements, t, rule) as number) < horizonEnd,
    undecided: renewalOn(changes, t, c),
  }
}

/** Outcome of one user's spell at snapshot day `day` by the facts known at `knownBy`; the freezing moment when absent. */
export function referenceLabel(
  changes: readonly ChangeRow[],
  day: string,
  rule: LabelRule,
  knownBy: number = cutoffs(day, rule).frozenAt,
): ReferenceLabel {
  const { t, horizonEnd } = cutoffs(day, rule)
  const entitlements = entitlementsAt(changes, knownBy, Number.POSITIVE_INFINITY)
  const end = spellEnd(entitlements, t, rule)
  if (end === undefined) return { y: null, lapseAt: null, cause: null, returnedAt: null }
  if (end >= horizonEnd) return { y: 0, lapseAt: null, cause: null, returnedAt: null }
  const ending = entitlements.filter((one) => one.end === end)
  const revoked = (...why: string[]): boolean =>
    ending.some((one) => one.revokedWhy.some((given) => why.includes(given)))
  let cause: Cause = 'payment'
  if (revoked('deleted')) cause = 'deleted'
  else if (revoked('refund', 'chargeback')) cause = 'refund'
  else if (ending.every((one) => one.phase === 'trial' || one.phase === 'intro')) cause = 'trial_not_converted'
  else if (revoked('terminated') || !renewalOn(changes, end, knownBy)) cause = 'choice'
  const returns = entitlements.filter((one) => one.begin >= end).map((one) => one.begin)
  return { y: 1, lapseAt: end, cause, returnedAt: returns.length === 0 ? null : Math.min(...returns) }
}
