import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { defineGraph, externalAsset, GraphError } from '../../../lib/graph/index.ts'
import { parseSelection } from '../../../lib/graph/selection/parse.ts'
import { ATTRIBUTES, OPERATORS } from '../../../lib/graph/selection/syntax.ts'
import { node } from './support/assets.ts'

/*
 *   src/log -> raw/events -> features/views -> features/snapshot -> models/churn -> scores/churn
 *              raw/catalogue ---^                 |                                   ^
 *                                                 +-----------------------------------+
 */
const log = externalAsset({ key: 'src/log', observe: async () => new Map() })
const events = node('raw/events', {
  deps: { log },
  tags: { cadence: 'daily', query: 'a=b' },
  owners: ['data@ottok.example'],
})
const catalogue = node('raw/catalogue', { tags: { slow: '' }, owners: ['team:content'] })
const views = node('features/views', { deps: { events, catalogue }, tags: { cadence: 'daily' } })
const snapshot = node('features/snapshot', { deps: { views }, tags: { cadence: 'hourly' } })
const model = node('models/churn', { deps: { snapshot }, kinds: ['xgboost'], group: 'learning' })
const scores = node('scores/churn', { deps: { model, snapshot }, owners: ['team:churn'] })
const graph = defineGraph({ assets: [log, events, catalogue, views, snapshot, model, scores] })

const asked: string[] = []
function select(expression: string): readonly string[] {
  asked.push(expression)
  return [...graph.select(expression)].sort()
}

function failure(expression: string): string {
  asked.push(expression)
  try {
    graph.select(expression)
  } catch (error) {
    if (error instanceof GraphError) return error.message
    throw error
  }
  throw new Error(`'${expression}' selected something`)
}

const everything = [...graph.order].sort()

describe('attributes', () => {
  test.each<[string, string[]]>([
    ['raw/events', ['raw/events']],
    ['key:raw/events', ['raw/events']],
    ['key:"raw/events"', ['raw/events']],
    ["key:'raw/events'", ['raw/events']],
    ['"raw/events"', ['raw/events']],
    ['raw/*', ['raw/catalogue', 'raw/events']],
    ['*/churn', ['models/churn', 'scores/churn']],
    ['*', everything],
    ['key:*', everything],
    ['key:"*churn"', ['models/churn', 'scores/churn']],
    ['tag:cadence', ['features/snapshot', 'features/views', 'raw/events']],
    ['tag:cadence=daily', ['features/views', 'raw/events']],
    ['tag:"cadence=*ly"', ['features/snapshot', 'features/views', 'raw/events']],
    ['tag:slow', ['raw/catalogue']],
    ['tag:slow=', ['raw/catalogue']],
    ['tag:query=a=b', ['raw/events']],
    ['owner:data@ottok.example', ['raw/events']],
    ['owner:"team:churn"', ['scores/churn']],
    ['owner:"team:*"', ['raw/catalogue', 'scores/churn']],
    ['group:learning', ['models/churn']],
    ['group:raw', ['raw/catalogue', 'raw/events']],
    ['kind:external', ['src/log']],
    ['kind:xgboost', ['models/churn']],
    ['  key : raw/events ', ['raw/events']],
  ])('%s', (expression, keys) => expect(select(expression)).toEqual(keys))

  test('a pattern matches the whole value, and nothing in it but the star is special', () => {
    expect(failure('raw')).toContain('Nothing is selected')
    expect(failure('raw.events')).toContain('Nothing is selected')
    expect(failure('key:"raw/event?"')).toContain('Nothing is selected')
    expect(failure('key:"[a-z/]*"')).toContain('Nothing is selected')
  })
})

describe('operators', () => {
  test.each<[string, string[]]>([
    ['raw/* and tag:cadence', ['raw/events']],
    ['raw/* AND tag:cadence', ['raw/events']],
    ['raw/events or scores/churn', ['raw/events', 'scores/churn']],
    ['raw/events OR scores/churn', ['raw/events', 'scores/churn']],
    ['not */*', everything.filter(() => false)],
    ['not raw/*', everything.filter((key) => !key.startsWith('raw/'))],
    ['NOT raw/*', everything.filter((key) => !key.startsWith('raw/'))],
    ['not not raw/*', ['raw/catalogue', 'raw/events']],
    ['raw/* and not tag:cadence or scores/churn', ['raw/catalogue', 'scores/churn']],
    ['scores/churn or raw/* and not tag:cadence', ['raw/catalogue', 'scores/churn']],
    ['(scores/churn or raw/*) and not tag:cadence', ['raw/catalogue', 'scores/churn']],
    ['not (raw/* or features/*) and not src/log', ['models/churn', 'scores/churn']],
    ['"and"', []],
  ])('%s', (expression, keys) => {
    if (keys.length === 0) expect(failure(expression)).toContain('Nothing is selected')
    else expect(select(expression)).toEqual(keys)
  })
})

describe('traversal', () => {
  const upstreamOfModel = [
    'features/snapshot',
    'features/views',
    'models/churn',
    'raw/catalogue',
    'raw/events',
    'src/log',
  ]
  test.each<[string, string[]]>([
    ['+models/churn', upstreamOfModel],
    ['+key:models/churn', upstreamOfModel],
    ['+key:"models/churn"', upstreamOfModel],
    ['1+models/churn', ['features/snapshot', 'models/churn']],
    ['2+key:models/churn', ['features/snapshot', 'features/views', 'models/churn']],
    ['models/churn+', ['models/churn', 'scores/churn']],
    ['raw/events+1', ['features/views', 'raw/events']],
    ['key:"raw/events"+2', ['features/snapshot', 'features/views', 'raw/events']],
    ['1+features/views+1', ['features/snapshot', 'features/views', 'raw/catalogue', 'raw/events']],
    ['+features/views+', everything],
    ['0+models/churn', ['models/churn']],
    ['+(raw/events or raw/catalogue)', ['raw/catalogue', 'raw/events', 'src/log']],
    ['+raw/events and not kind:external', ['raw/events']],
    ['not +features/snapshot', ['models/churn', 'scores/churn']],
    ['sinks(*)', ['scores/churn']],
    ['roots(*)', ['raw/catalogue', 'src/log']],
    ['sinks(raw/* or features/views)', ['features/views']],
    ['roots(features/* or scores/*)', ['features/views']],
    // models/churn reaches scores/churn only through what is not selected, and still is no sink.
    ['sinks(raw/events or scores/churn)', ['scores/churn']],
    ['roots(raw/events or scores/churn)', ['raw/events']],
    ['sinks(raw/*)', ['raw/catalogue', 'raw/events']],
    ['sinks(raw/*)+1', ['features/views', 'raw/catalogue', 'raw/events']],
    ['roots(sinks(raw/*)+1)', ['raw/catalogue', 'raw/events']],
  ])('%s', (expression, keys) => expect(select(expression)).toEqual(keys))

  test('the result is in graph order', () => {
    expect(graph.select('scores/churn or raw/events')).toEqual(['raw/events', 'scores/churn'])
  })
})

describe('what cannot be read is shown with a caret', () => {
  const table: [string, number, string][] = [
    ['', 0, 'the expression ends too early'],
    ['raw/* and', 9, 'the expression ends too early'],
    ['(raw/*', 6, "a ')' is missing"],
    ['sinks(raw/*', 11, "a ')' is missing"],
    ['raw/*)', 5, "expected 'and' or 'or' before ')'"],
    ['raw/events scores/churn', 11, "expected 'and' or 'or' before 'scores/churn'"],
    ['raw/* And tag:cadence', 6, "expected 'and' or 'or' before 'And'"],
    ['raw/* and or tag:cadence', 10, "'or' cannot stand here"],
    ['raw/* and OR tag:cadence', 10, "'OR' cannot stand here"],
    ['and raw/*', 0, "'and' cannot stand here"],
    ['+not raw/*', 1, "'not' cannot stand here"],
    ['key:', 4, "'key:' needs a value"],
    ['key:(a)', 4, "'key:' needs a value"],
    ['kye:raw/*', 0, "there is no attribute 'kye'; did you mean key?"],
    ['colour:red', 0, "there is no attribute 'colour'; use one of key, tag, owner, group, kind"],
    ['raw/* and key:"raw', 14, 'this quote is never closed'],
    ['++raw/*', 1, "'+' cannot stand here"],
    ['raw/events+2x', 11, "expected 'and' or 'or' before '2x'"],
    ['()', 1, "')' cannot stand here"],
    [':x', 0, "':' cannot stand here"],
  ]
  test.each(table)('%s', (expression, at, problem) => {
    const [first, shown, caret, mend] = failure(expression).split('\n')
    expect(first).toBe(`The selection cannot be read: ${problem}`)
    expect(shown).toBe(`  ${expression}`)
    expect(caret).toBe(`  ${' '.repeat(at)}^`)
    expect(mend).toMatch(/^For example: key:/)
  })
})

describe('nothing selected names near misses', () => {
  test.each([
    ['model/churn', 'Did you mean models/churn, scores/churn?'],
    ['key:"raw/event"', 'Did you mean raw/events?'],
    ['+features/snapshto', 'Did you mean features/snapshot?'],
    ['group:learnin', 'Did you mean learning?'],
    ['tag:cadense', 'Did you mean cadence?'],
    ['owner:"team:chrun"', 'Did you mean team:churn?'],
    ['kind:xgbost', 'Did you mean xgboost?'],
    ['raw/events and scores/churn', 'Each part of it selects assets, but none is left when they are joined.'],
    ['raw/evnts and scores/churn', 'Did you mean raw/events?'],
    ['sinks(qqqqqqqqqqqqqqqq)', 'List the assets with `ottok assets`.'],
    ['not *', 'List the assets with `ottok assets`.'],
  ])('%s', (expression, mend) => expect(failure(expression)).toBe(`Nothing is selected by '${expression}'. ${mend}`))
})

describe('properties', () => {
  const expression: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('*', 'raw/*', 'models/churn', 'tag:cadence', 'kind:external', 'group:features', '"scores/churn"'),
      tie('any').map((a) => `not (${a})`),
      fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}) and (${b})`),
      fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}) or (${b})`),
      fc
        .tuple(fc.constantFrom('', '+', '1+', '2+'), tie('any'), fc.constantFrom('', '+', '+1', '+2'))
        .map(([u, a, d]) => `${u}(${a})${d}`),
      tie('any').map((a) => `sinks(${a})`),
      tie('any').map((a) => `roots(${a})`),
    ),
  })).any

  const chosen = (text: string): Set<string> => {
    try {
      return new Set(graph.select(text))
    } catch (error) {
      if (error instanceof GraphError && error.diagnostics[0]!.code === 'nothing-selected') return new Set()
      throw error
    }
  }

  const neighbours = (key: string, direction: 'upstream' | 'downstream') =>
    graph[direction].get(key)!.map((edge) => edge[direction])

  /** All keys that can be reached in one step or more. */
  const reachable = (key: string, direction: 'upstream' | 'downstream'): Set<string> => {
    const next = neighbours(key, direction)
    return new Set([...next, ...next.flatMap((one) => [...reachable(one, direction)])])
  }

  test('the algebra of sets holds', () => {
    fc.assert(
      fc.property(expression, expression, (a, b) => {
        const [x, y] = [chosen(a), chosen(b)]
        expect(chosen(`(${a}) and (${b})`)).toEqual(new Set([...x].filter((key) => y.has(key))))
        expect(chosen(`(${a}) or (${b})`)).toEqual(new Set([...x, ...y]))
        expect(chosen(`not (${a})`)).toEqual(new Set(everything.filter((key) => !x.has(key))))
      }),
      { numRuns: 150 },
    )
  })

  test('traversal, sinks and roots agree with plain reachability', () => {
    fc.assert(
      fc.property(expression, (a) => {
        const x = [...chosen(a)]
        expect(chosen(`+(${a})`)).toEqual(new Set(x.flatMap((key) => [key, ...reachable(key, 'upstream')])))
        expect(chosen(`(${a})+`)).toEqual(new Set(x.flatMap((key) => [key, ...reachable(key, 'downstream')])))
        expect(chosen(`(${a})+1`)).toEqual(new Set(x.flatMap((key) => [key, ...neighbours(key, 'downstream')])))
        const lonely = (direction: 'upstream' | 'downstream') =>
          new Set(x.filter((key) => !x.some((other) => reachable(key, direction).has(other))))
        expect(chosen(`sinks(${a})`)).toEqual(lonely('downstream'))
        expect(chosen(`roots(${a})`)).toEqual(lonely('upstream'))
      }),
      { numRuns: 150 },
    )
  })

  test('any text is read or refused with a GraphError', () => {
    const words = fc.constantFrom(
      '(',
      ')',
      '+',
      ':',
      '"',
      "'",
      '*',
      'and',
      'or',
      'not',
      'sinks',
      'key',
      '2',
      'raw/events',
      ' ',
    )
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
      { numRuns: 500 },
    )
  })
})

describe('the grammar is covered', () => {
  let used = ''
  afterAll(() => expect(used).not.toBe(''))

  test('every literal of it occurs in the expressions above', async () => {
    used = asked.join('\n')
    const source = await readFile(new URL('../../../lib/graph/selection/parse.ts', import.meta.url), 'utf8')
    const inCode = [...source.matchAll(/(?:text|kind) === '([^']+)'/g)].map((match) => match[1]!)
    const literals = new Set([...OPERATORS, ...OPERATORS.map((o) => o.toUpperCase()), ...inCode])
    const tokenKinds = new Set(['word', 'quoted', 'end'])
    const words = new Set(used.split(/[\s():+"']+/))
    const missing = [...literals].filter(
      (literal) => !tokenKinds.has(literal) && !words.has(literal) && !(/^\W$/.test(literal) && used.includes(literal)),
    )
    expect(inCode).toEqual(expect.arrayContaining(['sinks', 'roots', '*', '(', '+', ':']))
    expect(missing).toEqual([])
    expect(ATTRIBUTES.filter((name) => !used.includes(`${name}:`))).toEqual([])
  })
})
