import fc from 'fast-check'
import { type ChangeRow, phases } from '../../../../lib/features/labels/change-log.ts'
import type { LabelRule } from '../../../../lib/features/labels/rule.ts'
import { change, utc } from './cases.ts'

/** 2026-01-01 00:00 UTC; every random moment is a whole half hour after it, so that ties are common. */
const origin = Date.UTC(2026, 0, 1) / 1000
const moment = (days: number): fc.Arbitrary<number> => fc.nat(days * 48).map((steps) => origin + steps * 1800)
/** When a change became known: mostly soon, at times weeks later. */
const delay = fc.oneof(
  fc.constantFrom(0, 300, 3600 * 6),
  fc.nat(40 * 24).map((hours) => hours * 3600),
)

const entitlement = fc.record({
  id: fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5', 'e6'),
  product: fc.constantFrom('base', 'base', 'base', 'base', 'addon'),
  phase: fc.constantFrom(...phases, 'paid' as const, 'paid' as const),
  start: moment(90),
  length: fc.constantFrom(1, 3, 7, 7, 30, 30, 90).map((days) => days * 86400),
  activated: fc.constantFrom(0, 0, 0, -86400, 3600, 86400, 2 * 86400),
  delay,
  money: fc.constantFrom([0, 39900], [7980, 39900], [39900, 39900], [0, 0]),
  channel: fc.constantFrom('card', 'app_store', 'operator'),
})
const cut = fc.record({
  kind: fc.constantFrom('revocation' as const, 'replacement' as const),
  id: fc.constantFrom('e1', 'e2', 'e3'),
  at: moment(100),
  delay,
  why: fc.constantFrom('refund', 'chargeback', 'terminated', 'deleted'),
})
const event = fc.record({
  kind: fc.constantFrom('auto_renew' as const, 'cancellation' as const),
  at: moment(100),
  delay,
  value: fc.constantFrom(0 as const, 1 as const),
})
const access = fc.record({
  at: moment(90),
  delay,
  length: fc.nat(20).map((days) => days * 86400),
  why: fc.constantFrom('dunning', 'store_grace', 'family'),
})

/** Change log of one random user whose id is filled in later. */
export const randomTimeline: fc.Arbitrary<ChangeRow[]> = fc
  .record({
    entitlements: fc.array(entitlement, { maxLength: 7 }),
    cuts: fc.array(cut, { maxLength: 3 }),
    events: fc.array(event, { maxLength: 4 }),
    accesses: fc.array(access, { maxLength: 2 }),
  })
  .map(({ entitlements, cuts, events, accesses }) => {
    const rows: ChangeRow[] = []
    const next = (): { change_id: string; user_id: string } => ({ change_id: `c${rows.length}`, user_id: '' })
    for (const one of entitlements) {
      const [charge_kopecks = 0, list_kopecks = 0] = one.money
      const { id: entitlement_id, phase, product, channel } = one
      const [start, activated_at] = [utc(one.start), utc(one.start + one.activated)]
      const known_at = utc(one.start + one.activated + one.delay)
      const end_promised = utc(one.start + one.length)
      const period = { start, activated_at, end_promised, charge_kopecks, list_kopecks, channel }
      rows.push(
        change({ ...next(), kind: 'entitlement', entitlement_id, product, phase, at: start, known_at, ...period }),
      )
    }
    for (const { kind, id: entitlement_id, at, delay, why } of cuts) {
      const reason = kind === 'revocation' ? why : ''
      rows.push(change({ ...next(), kind, entitlement_id, at: utc(at), known_at: utc(at + delay), why: reason }))
    }
    for (const { kind, at, delay, value } of events) {
      const on = kind === 'auto_renew' ? value : 0
      rows.push(change({ ...next(), kind, at: utc(at), known_at: utc(at + delay), value: on }))
    }
    for (const { at, delay, length, why } of accesses) {
      const known_at = utc(at + delay)
      rows.push(change({ ...next(), kind: 'access', at: utc(at), known_at, until: utc(at + length), why }))
    }
    return rows
  })

/** Rules to try: channels with own return days, other horizons, a zone whose clocks change inside the timelines. */
export const rules: readonly LabelRule[] = [
  { zone: 'Europe/Moscow', horizonDays: 30, returnDays: 2, returnDaysByChannel: {}, publishLagHours: 6 },
  {
    zone: 'Europe/Moscow',
    horizonDays: 30,
    returnDays: 2,
    returnDaysByChannel: { app_store: 16, operator: 0 },
    publishLagHours: 0,
  },
  { zone: 'Europe/Berlin', horizonDays: 14, returnDays: 3, returnDaysByChannel: { card: 1 }, publishLagHours: 6 },
]
