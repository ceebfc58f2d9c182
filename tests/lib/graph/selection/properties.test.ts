import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Asset, defineGraph, GraphError, parseSelection, selectionText } from '../../../../lib/graph/index.ts'
import { evaluate } from '../../../../lib/graph/selection/evaluate.ts'
import {
  ATTRIBUTES,
  type AttributeName,
  CLOSED,
  OPERATORS,
  type Selection,
} from '../../../../lib/graph/selection/syntax.ts'
import { node } from '../support/assets.ts'
import { isSelected } from './support/naive.ts'

const layers = fc.constantFrom(0, 1, 2, 17, Number.POSITIVE_INFINITY)

/** Any tree that the parser can give, over these leaves. */
function selectionOver(leaf: fc.Arbitrary<Selection>): fc.Arbitrary<Selection> {
  return fc.letrec<{ any: Selection }>((tie) => {
    // An `and` within an `and` would be written in parentheses, which the parser keeps apart: both are trees of its own.
    const several = fc.array(tie('any'), { minLength: 2, maxLength: 3 })
    const traversal = fc
      .record({ kind: fc.constant('traverse' as const), of: tie('any'), up: layers, down: layers })
      .filter(({ up, down }) => up > 0 || down > 0)
    return {
      any: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaf,
        fc.record({ kind: fc.constant('not' as const), of: tie('any') }),
        fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), of: several }),
        traversal,
        fc.record({ kind: fc.constantFrom('sinks' as const, 'roots' as const), of: tie('any') }),
      ),
    }
  }).any
}

const openNames = ATTRIBUTES.filter((name) => CLOSED[name] === undefined)
const value = fc.oneof(
  fc.constantFrom('and', 'NOT', 'sinks', '*', '2', '', 'a b', 'team:x', '(', "it's", 'say "so"', 'tag=a=b', 'raw/*'),
  fc.string({ unit: 'grapheme' }).filter((text) => !(text.includes('"') && text.includes("'"))),
)
const attribute: fc.Arbitrary<Selection> = fc.oneof(
  fc.record({ kind: fc.constant('attribute' as const), name: fc.constantFrom(...openNames), value }),
  fc.constantFrom(
    ...Object.entries(CLOSED).flatMap(([name, values]) =>
      values.map((one) => ({ kind: 'attribute' as const, name: name as AttributeName, value: one })),
    ),
  ),
)
const everything: fc.Arbitrary<Selection> = fc.constant({ kind: 'everything' })

test('what is printed is read as the same tree', () => {
  fc.assert(
    fc.property(selectionOver(fc.oneof(attribute, everything)), (selection) => {
      expect(parseSelection(selectionText(selection))).toEqual(selection)
    }),
    { numRuns: 2000 },
  )
})

test('evaluation agrees with the definition on random graphs', () => {
  const size = 7
  const key = (i: number) => `a${i}`
  const random = fc.record({
    // Edges lead from lower to higher numbers, so that there is no cycle.
    edges: fc.uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 12, selector: String }),
    selection: selectionOver(
      fc.oneof(
        everything,
        fc.nat(size).map((i): Selection => ({ kind: 'attribute', name: 'key', value: key(i) })),
      ),
    ),
  })
  fc.assert(
    fc.property(random, ({ edges, selection }) => {
      const assets: Asset[] = []
      for (let i = 0; i < size; i++) {
        const ups = edges.flatMap(([a, b]) => (Math.max(a, b) === i && a !== b ? [Math.min(a, b)] : []))
        assets.push(node(key(i), { deps: Object.fromEntries(ups.map((up) => [`in${up}`, assets[up]!])) }))
      }
      const graph = defineGraph({ assets })
      const slow = graph.order.filter((one) => isSelected(graph, one, selection))
      expect([...evaluate(graph, selection, {})].sort()).toEqual([...slow].sort())
    }),
    { numRuns: 1000 },
  )
})

test('any text is read or refused with a GraphError', () => {
  const punctuation = ['(', ')', '+', ':', '"', "'", '*', ' ', '2', 'raw/events', 'sinks']
  const words = fc.constantFrom(...punctuation, ...OPERATORS, ...ATTRIBUTES.map((name) => `${name}:`))
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 12 }).map((list) => list.join('')),
      (text) => {
        try {
          parseSelection(text)
        } catch (error) {
          expect(error).toBeInstanceOf(GraphError)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
