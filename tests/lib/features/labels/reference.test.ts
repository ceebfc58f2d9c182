import { describe, expect, it } from 'vitest'
import { cutoffs, referenceLabel, referenceState } from '../../../../lib/features/labels/reference.ts'
import { changesOf, moment, ruleOf, timelineCases, utc } from './cases.ts'

const text = (seconds: number | null): string | null => (seconds === null ? null : utc(seconds))

describe('the reference gives what label-timelines.json expects', () => {
  it('has all cases', () => expect(timelineCases).toHaveLength(126))

  it.each(timelineCases.map((one) => [one.id, one] as const))('%s', (_, one) => {
    const rule = ruleOf(one)
    const changes = changesOf(one)
    const { label_known: _known, revision: _revision, ...expected } = one.expect
    const lapse = one.expect.lapse_at
    const state = referenceState(changes, one.snapshot, rule)
    const { frozenAt } = cutoffs(one.snapshot, rule)
    const asOf = one.as_of === undefined ? undefined : Date.parse(one.as_of) / 1000
    const mature = asOf === undefined || asOf >= frozenAt
    const frozen = referenceLabel(changes, one.snapshot, rule)
    const label = state.eligible && mature ? frozen : { y: null, lapseAt: null, cause: null }
    expect({ ...state, y: label.y, lapse_at: text(label.lapseAt), cause: label.cause }).toEqual({
      ...expected,
      lapse_at: lapse === null ? null : moment(lapse, rule.zone),
    })
    if (asOf === undefined) return
    expect(mature).toBe(one.expect.label_known)
    const now = referenceLabel(changes, one.snapshot, rule, asOf)
    const moved = now.y !== label.y || now.lapseAt !== label.lapseAt || now.cause !== label.cause
    const revision = mature && moved ? { y: now.y, lapse_at: text(now.lapseAt), cause: now.cause } : null
    const wanted = one.expect.revision
    const wantedLapse = wanted?.lapse_at == null ? null : moment(wanted.lapse_at, rule.zone)
    expect(revision).toEqual(wanted == null ? null : { ...wanted, lapse_at: wantedLapse })
  })
})
