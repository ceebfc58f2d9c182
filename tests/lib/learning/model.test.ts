import { describe, expect, test } from 'vitest'
import { gainImportance, parseEnsemble, predictMargin } from '../../../lib/learning/index.ts'

/** A model in the shape that XGBoost writes; node 2 was pruned into a leaf, and its children 3 and 4 are left over. */
const learner = {
  learner_model_param: { base_score: '2.5E-1', num_class: '0', num_feature: '2' },
  objective: { name: 'binary:logistic' },
  gradient_booster: {
    name: 'gbtree',
    model: {
      trees: [
        {
          left_children: [1, -1, -1, -1, -1],
          right_children: [2, -1, -1, -1, -1],
          split_indices: [1, 0, 0, 0, 0],
          split_conditions: [0.5, -0.125, 0.75, 9, 9],
          split_type: [0, 0, 0, 0, 0],
          default_left: [1, 0, 0, 0, 0],
          sum_hessian: [10, 6, 4, 1, 1],
          loss_changes: [3, 0, 0, 0, 0],
        },
      ],
    },
  },
}
type Learner = typeof learner

function modelJson(change?: (learner: Learner) => void): string {
  const changed = structuredClone(learner)
  change?.(changed)
  return JSON.stringify({ learner: changed })
}

describe('parseEnsemble', () => {
  test('keeps what the root reaches', () => {
    const { columns, trees } = parseEnsemble(modelJson())
    expect(columns).toBe(2)
    expect([...trees[0]!.feature]).toEqual([1, -1, -1])
    expect([...trees[0]!.value]).toEqual([0, -0.125, 0.75])
    expect([...gainImportance(parseEnsemble(modelJson()))]).toEqual([0, 1])
  })

  test.each([
    ['a number (1.7)', '2.5E-1'],
    ['a number in brackets (3.x)', '[2.5E-1]'],
  ])('base_score as %s', (_, text) => {
    const ensemble = parseEnsemble(
      modelJson((learner) => {
        learner.learner_model_param.base_score = text
      }),
    )
    expect(ensemble.baseMargin).toBeCloseTo(Math.log(0.25 / 0.75), 6)
    expect(predictMargin(ensemble, Float32Array.of(0, 0.25))).toBeCloseTo(Math.log(1 / 3) - 0.125, 6)
    expect(predictMargin(ensemble, Float32Array.of(0, 0.5))).toBeCloseTo(Math.log(1 / 3) + 0.75, 6)
    expect(predictMargin(ensemble, Float32Array.of(0, Number.NaN))).toBeCloseTo(Math.log(1 / 3) - 0.125, 6)
  })

  test.each<[string, (learner: Learner) => void, RegExp]>([
    [
      'another objective',
      (l) => {
        l.objective.name = 'rank:ndcg'
      },
      /objective\.name/,
    ],
    [
      'another booster',
      (l) => {
        l.gradient_booster.name = 'dart'
      },
      /gradient_booster\.name/,
    ],
    [
      'two base scores',
      (l) => {
        l.learner_model_param.base_score = '[5E-1,2E-1]'
      },
      /no single probability/,
    ],
    [
      'a base score of 0',
      (l) => {
        l.learner_model_param.base_score = '0'
      },
      /no single probability/,
    ],
    [
      'a categorical split',
      (l) => {
        l.gradient_booster.model.trees[0]!.split_type[0] = 1
      },
      /Tree 0 has a categorical split/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => parseEnsemble(modelJson(change))).toThrow(message)
  })

  test('refuses what is no JSON', () => {
    expect(() => parseEnsemble('binf')).toThrow(/It is no JSON/)
  })
})
