import { readFileSync } from 'node:fs'
import { Temporal } from 'temporal-polyfill'
import type { ChangeKind, ChangeRow } from '../../../../lib/features/labels/change-log.ts'
import type { LabelRule } from '../../../../lib/features/labels/rule.ts'

interface CaseEntitlement {
  readonly id: string
  readonly product: string
  readonly phase: ChangeRow['phase']
  readonly start: string
  readonly end_promised: string
  readonly activated_at: string
  readonly known_at: string
  readonly charge_kopecks: number
  readonly list_kopecks: number
  readonly channel: string
  readonly revoked_at?: string
  readonly revoked_why?: string
  readonly revoked_known_at?: string
  readonly replaced_at?: string
}

interface Outcome {
  readonly y: 0 | 1 | null
  readonly lapse_at: string | null
  readonly cause: string | null
}

export interface TimelineCase {
  readonly id: string
  readonly title: string
  readonly snapshot: string
  readonly as_of?: string
  readonly user: {
    readonly auto_renew_events: readonly { at: string; value: boolean; known_at: string }[]
    readonly cancellations: readonly { at: string; known_at: string }[]
  }
  readonly entitlements: readonly CaseEntitlement[]
  readonly access_without_entitlement?: readonly { start: string; end: string; why: string }[]
  readonly expect: Outcome & {
    readonly eligible: boolean
    readonly status: string | null
    readonly segment: string | null
    readonly due: boolean | null
    readonly undecided: boolean | null
    readonly label_known?: boolean
    readonly revision?: Outcome | null
  }
  readonly zone?: string
  readonly horizon_days?: number
  readonly return_days?: number
  readonly publish_lag_hours?: number
  readonly return_days_by_channel?: Readonly<Record<string, number>>
}

interface CaseFile {
  readonly zone: string
  readonly horizon_days: number
  readonly return_days: number
  readonly publish_lag_hours: number
  readonly cases: readonly TimelineCase[]
}

const file = JSON.parse(readFileSync(new URL('./label-timelines.json', import.meta.url), 'utf8')) as CaseFile
export const timelineCases = file.cases

/** Rule of a case: the file's, with what the case overrides. */
export function ruleOf(one: TimelineCase): LabelRule {
  return {
    zone: one.zone ?? file.zone,
    horizonDays: one.horizon_days ?? file.horizon_days,
    returnDays: one.return_days ?? file.return_days,
    returnDaysByChannel: one.return_days_by_channel ?? {},
    publishLagHours: one.publish_lag_hours ?? file.publish_lag_hours,
  }
}

/** A moment of the file as the change log writes it; a date alone is 'expires X' = 00:00 of the next day. */
export function moment(text: string, zone: string): string {
  const instant = text.includes('T')
    ? Temporal.Instant.from(text)
    : Temporal.PlainDate.from(text).add({ days: 1 }).toZonedDateTime(zone).toInstant()
  return utc(instant.epochMilliseconds / 1000)
}

/** Epoch seconds as 'YYYY-MM-DD hh:mm:ss' in UTC. */
export function utc(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

/** A row of the change log with everything that does not matter to it left empty. */
export function change(
  fields: Partial<ChangeRow> & { change_id: string; user_id: string; kind: ChangeKind; at: string; known_at: string },
): ChangeRow {
  return {
    entitlement_id: '',
    product: '',
    phase: '',
    start: null,
    end_promised: null,
    activated_at: null,
    until: null,
    value: 0,
    why: '',
    charge_kopecks: 0,
    list_kopecks: 0,
    plan_code: '',
    plan_days: 0,
    channel: '',
    ...fields,
  }
}

/** Change log of a case; its user is the case's id. */
export function changesOf(one: TimelineCase): ChangeRow[] {
  const zone = ruleOf(one).zone
  const rows: ChangeRow[] = []
  const add = (kind: ChangeKind, at: string, knownAt: string, fields: Partial<ChangeRow> = {}): void => {
    const id = `${one.id}/${String(rows.length).padStart(3, '0')}`
    const times = { at: moment(at, zone), known_at: moment(knownAt, zone) }
    rows.push(change({ change_id: id, user_id: one.id, kind, ...times, ...fields }))
  }
  for (const given of one.entitlements) {
    const { id: entitlement_id, product, phase, charge_kopecks, list_kopecks, channel } = given
    add('entitlement', given.start, given.known_at, {
      entitlement_id,
      product,
      phase,
      charge_kopecks,
      list_kopecks,
      channel,
      start: moment(given.start, zone),
      end_promised: moment(given.end_promised, zone),
      activated_at: moment(given.activated_at, zone),
      plan_code: 'monthly',
      plan_days: 30,
    })
    if (given.revoked_at !== undefined) {
      const why = given.revoked_why as string
      add('revocation', given.revoked_at, given.revoked_known_at ?? given.revoked_at, { entitlement_id, why })
    }
    if (given.replaced_at !== undefined) add('replacement', given.replaced_at, given.replaced_at, { entitlement_id })
  }
  for (const event of one.user.auto_renew_events) {
    add('auto_renew', event.at, event.known_at, { value: event.value ? 1 : 0 })
  }
  for (const event of one.user.cancellations) add('cancellation', event.at, event.known_at)
  for (const access of one.access_without_entitlement ?? []) {
    add('access', access.start, access.start, { until: moment(access.end, zone), why: access.why })
  }
  return rows
}
