import { describe, expect, it } from 'vitest'
import { judgeSegment } from '../../../lib/churn/index.ts'
import type { ChurnQuality } from '../../../lib/learning/index.ts'

const group = { rows: 900, positives: 90, rocAuc: null }
const attainable = { accounts: 1000, baseRate: 0.1, half: 0.82, full: 0.81, auc: 0.8, crossed: 0.79, behaviour: 0.65 }
const truth = { day: '2026-07-28', futures: 256, groups: { paid: attainable } }

function quality(auc: number): ChurnQuality {
  const rocAuc = { value: auc, low: auc - 0.02, high: auc + 0.02, standardError: 0.01 }
  return {
    rows: 1000,
    positives: 100,
    baseRate: 0.1,
    rocAuc,
    rocAucPooled: rocAuc,
    due: group,
    undecided: group,
    prAuc: 0.3,
    liftAt10: 3,
    ks: 0.4,
    brier: 0.08,
    logLoss: 0.3,
    ece: 0.01,
    calibrationSlope: 1,
    calibrationIntercept: 0,
  }
}

describe('a segment beside what the world allows', () => {
  it('has the share of the attainable distance from chance as its efficiency', () => {
    expect(judgeSegment('paid', quality(0.74), truth, '2026-08|paid').efficiency).toBeCloseTo(0.8, 12)
  })

  it.each([
    [0.8, false],
    [0.829, false],
    [0.831, true],
  ])('an AUC of %f against 0.8 attainable, standard error 0.01: leak %s', (auc, leak) => {
    expect(judgeSegment('paid', quality(auc), truth, '2026-08|paid').leak).toBe(leak)
  })

  it('fails for a segment that the truth does not have', () => {
    expect(() => judgeSegment('trial', quality(0.7), truth, '2026-08|trial')).toThrow(/no group trial/)
  })
})
