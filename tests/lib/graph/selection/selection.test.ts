import { describe, expect, test } from 'vitest'
import {
  cron,
  cross,
  daily,
  defineGraph,
  dynamic,
  effectAsset,
  externalAsset,
  fixed,
  GraphError,
  hourly,
  monthly,
  type SelectionFacts,
  type StatusWord,
  sql,
  sqlAsset,
  weekly,
} from '../../../../lib/graph/index.ts'
import {
  ATTRIBUTES,
  CLOSED,
  FUNCTIONS,
  OPERATORS,
  PARTITIONINGS,
  SHAPES,
  STATUSES,
} from '../../../../lib/graph/selection/syntax.ts'
import { node } from '../support/assets.ts'

/*
 *   src/log -> raw/events -> features/views -> features/snapshot -> models/churn -> scores/churn
 *              raw/catalogue ---^                 |                                   ^
 *                                                 +-----------------------------------+
 */
const days = daily({ start: '2026-03-01', timezone: 'UTC' })
const log = externalAsset({ key: 'src/log', partitions: days, observe: async () => new Map() })
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
function select(expression: string, facts?: SelectionFacts): readonly string[] {
  asked.push(expression)
  return [...graph.select(expression, facts)].sort()
}

function failure(expression: string, facts?: SelectionFacts): string {
  asked.push(expression)
  try {
    graph.select(expression, facts)
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

describe('what cannot be read is shown with a caret, and what to write instead', () => {
  const TERM = 'An asset is expected, such as key:"models/*", tag:daily or an expression in parentheses.'
  const EARLY = 'Add an asset, such as key:"models/*" or tag:daily.'
  const JOIN = "Write 'or' to take both, 'and' to take what is in both."
  const ALL = 'The attributes are key, tag, owner, group, kind, is, partitions, status, changed.'
  const table: [string, number, string, string][] = [
    ['', 0, 'the expression ends too early', EARLY],
    ['raw/* and', 9, 'the expression ends too early', EARLY],
    ['(raw/*', 6, "a ')' is missing", "Close the '(' at character 1."],
    ['sinks(raw/*', 11, "a ')' is missing", "Close the '(' at character 6."],
    ['roots(sinks(raw/*)', 18, "a ')' is missing", "Close the '(' at character 6."],
    ['(raw/* scores/churn)', 7, "expected 'and', 'or' or ')' before 'scores/churn'", JOIN],
    ['raw/*)', 5, "expected 'and' or 'or' before ')'", "Remove it, or open a '(' for it."],
    ['raw/events scores/churn', 11, "expected 'and' or 'or' before 'scores/churn'", JOIN],
    [
      'raw/* And tag:cadence',
      6,
      "expected 'and' or 'or' before 'And'",
      "Operators are all lower or all upper case: write 'and' or 'AND'.",
    ],
    [
      'Not raw/*',
      4,
      "expected 'and' or 'or' before 'raw/*'",
      "Operators are all lower or all upper case: write 'not' or 'NOT'.",
    ],
    ['raw/* and or tag:cadence', 10, "'or' cannot stand here", TERM],
    ['raw/* and OR tag:cadence', 10, "'OR' cannot stand here", TERM],
    ['and raw/*', 0, "'and' cannot stand here", TERM],
    ['+not raw/*', 1, "'not' cannot stand here", "Write not before the '+'."],
    ['+NOT raw/*', 1, "'NOT' cannot stand here", "Write NOT before the '+'."],
    ['key:', 4, "'key:' needs a value", 'Write one, for example key:"models/*".'],
    ['key:(a)', 4, "'key:' needs a value", 'Write one, for example key:"models/*".'],
    ['changed:', 8, "'changed:' needs a value", 'Write one, for example changed:main.'],
    ['kye:raw/*', 0, "there is no attribute 'kye'", `Did you mean key:? ${ALL}`],
    ['raw/* or tga:daily', 9, "there is no attribute 'tga'", `Did you mean tag:? ${ALL}`],
    ['colour:red', 0, "there is no attribute 'colour'", ALL],
    ['raw/* and key:"raw', 14, 'this quote is never closed', 'Close it with another ".'],
    ["key:'raw", 4, 'this quote is never closed', "Close it with another '."],
    ['++raw/*', 1, "'+' cannot stand here", TERM],
    ['raw/events+2x', 11, "expected 'and' or 'or' before '2x'", JOIN],
    ['raw/events+ 2', 12, "expected 'and' or 'or' before '2'", JOIN],
    ['()', 1, "')' cannot stand here", TERM],
    [':x', 0, "':' cannot stand here", TERM],
    [
      '"raw" : x',
      6,
      "expected 'and' or 'or' before ':'",
      'Quote the words on both sides of it, or write an attribute before it.',
    ],
    ['owner:team:churn', 10, "a value that holds ':' must be quoted", 'Write owner:"team:churn".'],
    [
      'status:fialed',
      7,
      "'status:' knows no 'fialed'",
      'Did you mean failed? Its values are fresh, stale, missing, failed.',
    ],
    ['not status:*', 11, "'status:' knows no '*'", 'Its values are fresh, stale, missing, failed.'],
    [
      'is:extrenal',
      3,
      "'is:' knows no 'extrenal'",
      'Did you mean external? Its values are materializable, external, sql, function, effect.',
    ],
    [
      'partitions:dayly',
      11,
      "'partitions:' knows no 'dayly'",
      'Did you mean daily? Its values are none, fixed, dynamic, hourly, daily, weekly, monthly, cron, cross.',
    ],
  ]
  test.each(table)('%s', (expression, at, problem, mend) => {
    const [first, shown, caret, written] = failure(expression).split('\n')
    expect(first).toBe(`The selection cannot be read: ${problem}`)
    expect(shown).toBe(`  ${expression}`)
    expect(caret).toBe(`  ${' '.repeat(at)}^`)
    expect(written).toBe(mend)
  })

  test('the caret stands under the place in text of several lines too', () => {
    const [, shown, caret] = failure('raw/*\n\tor tga:x').split('\n')
    expect(shown).toBe('  raw/*  or tga:x')
    expect(caret).toBe('            ^')
  })

  test('nesting without end is refused, a long list is not', () => {
    expect(failure(`${'('.repeat(300)}raw/*${')'.repeat(300)}`)).toContain('more than 200 levels within each other')
    expect(failure(`${'not '.repeat(20_000)}raw/*`)).toContain('more than 200 levels within each other')
    const keys = Array.from({ length: 20_000 }, (_, i) => `key:some/asset_${i}`)
    expect(graph.select([...keys, 'raw/events'].join(' or '))).toEqual(['raw/events'])
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
    [
      'raw/events and scores/churn',
      'Each part of it selects assets, but none is in all of them: key:raw/events selects 1, key:scores/churn selects 1.',
    ],
    [
      'sinks(raw/* and not (models/* or raw/* or src/*))',
      'Each part of it selects assets, but none is in all of them: key:raw/* selects 2, not (key:models/* or key:raw/* or key:src/*) selects 3.',
    ],
    ['partitions:cross', "The graph has no asset with partitions 'cross'."],
    ['is:sql and raw/*', 'The graph has no asset that is sql.'],
    ['raw/evnts and scores/churn', 'Did you mean raw/events?'],
    ['sinks(qqqqqqqqqqqqqqqq)', 'List the assets with `ottok assets`.'],
    ['not *', 'List the assets with `ottok assets`.'],
  ])('%s', (expression, mend) => expect(failure(expression)).toBe(`Nothing is selected by '${expression}'. ${mend}`))
})

describe('what the graph declares', () => {
  const shapes = defineGraph({
    assets: [
      externalAsset({ key: 'ext', partitions: days, observe: async () => new Map() }),
      sqlAsset({ key: 'sql', orderBy: [], partitions: days, sql: () => sql`SELECT 1` }),
      node('fun', { partitions: monthly({ start: '2026-01', timezone: 'UTC' }) }),
      node('fix', { partitions: fixed('a', 'b') }),
      node('two', { partitions: cross({ day: days, segment: fixed('a', 'b') }) }),
      node('flat'),
      node('hour', { partitions: hourly({ start: '2026-03-01', timezone: 'UTC' }) }),
      node('week', { partitions: weekly({ start: '2026-03-01', timezone: 'UTC' }) }),
      node('tick', { partitions: cron('30 2 * * *', { start: '2026-03-01', timezone: 'UTC' }) }),
      node('own', { partitions: dynamic('campaigns') }),
      effectAsset({ key: 'act', partitions: days, act: async () => ({}) }),
    ],
  })
  const ask = (expression: string) => {
    asked.push(expression)
    return [...shapes.select(expression)].sort()
  }

  test.each<[string, string[]]>([
    ['is:external', ['ext']],
    ['is:materializable', ['act', 'fix', 'flat', 'fun', 'hour', 'own', 'sql', 'tick', 'two', 'week']],
    ['is:sql', ['sql']],
    ['is:function and not partitions:cross', ['fix', 'flat', 'fun', 'hour', 'own', 'tick', 'week']],
    ['is:effect', ['act']],
    ['is:"effect"', ['act']],
    ['partitions:none', ['flat']],
    ['partitions:fixed', ['fix', 'two']],
    ['partitions:daily', ['act', 'ext', 'sql', 'two']],
    ['partitions:monthly', ['fun']],
    ['partitions:hourly', ['hour']],
    ['partitions:weekly', ['week']],
    ['partitions:cron', ['tick']],
    ['partitions:dynamic', ['own']],
    ['partitions:cross', ['two']],
    ['partitions:daily and not partitions:cross', ['act', 'ext', 'sql']],
  ])('%s', (expression, keys) => expect(ask(expression)).toEqual(keys))
})

describe('what is known outside of the graph', () => {
  const states: Record<string, StatusWord[]> = {
    'src/log': ['fresh'],
    'raw/events': ['fresh', 'stale'],
    'raw/catalogue': ['fresh', 'missing', 'failed'],
    'features/views': ['missing'],
    'features/snapshot': [],
  }
  const facts: SelectionFacts = {
    statuses: new Map(Object.entries(states).map(([key, words]) => [key, new Set(words)])),
    changed: new Map([
      ['main', new Set(['raw/events', 'models/churn'])],
      ['origin/main~2', new Set(['scores/churn'])],
    ]),
  }

  test.each<[string, string[]]>([
    ['status:stale', ['raw/events']],
    ['status:missing', ['features/views', 'raw/catalogue']],
    ['status:failed', ['raw/catalogue']],
    // One partition that is not fresh is enough for an asset not to be.
    ['status:fresh', ['src/log']],
    ['status:stale or status:failed', ['raw/catalogue', 'raw/events']],
    ['changed:main', ['models/churn', 'raw/events']],
    ['changed:main+ and features/*', ['features/snapshot', 'features/views']],
    ['changed:origin/main~2', ['scores/churn']],
    ['changed:main or changed:"origin/main~2"', ['models/churn', 'raw/events', 'scores/churn']],
    ['changed:main and status:stale', ['raw/events']],
  ])('%s', (expression, keys) => expect(select(expression, facts)).toEqual(keys))

  test('without the facts, the graph says what it lacks instead of selecting nothing', () => {
    expect(failure('status:failed and raw/*')).toBe(
      "The graph alone cannot tell what is selected: 'status:' needs recorded state. " +
        'Select by what the graph declares here (key, tag, owner, group, kind, is, partitions).',
    )
    expect(failure('changed:main or not changed:next', { changed: new Map([['main', new Set()]]) })).toContain(
      "'changed:next' needs a comparison with that revision",
    )
  })

  test('what is true of no asset is no misspelling', () => {
    expect(failure('status:failed', { statuses: new Map() })).toBe(
      "Nothing is selected by 'status:failed'. No asset is failed now; see `ottok status`.",
    )
    expect(failure('changed:main', { changed: new Map([['main', new Set()]]) })).toBe(
      "Nothing is selected by 'changed:main'. No asset differs from 'main'.",
    )
  })
})

describe("the traps of Dagster's syntax are none here", () => {
  const odd = defineGraph({ assets: [log, node('a/b_1', { deps: { log }, tags: { 'v-1.2': '2026-03' } })] })

  test('hyphens, dots and digits need no quotes', () => {
    expect(odd.select('tag:v-1.2=2026-03')).toEqual(['a/b_1'])
    expect(odd.select('a/b_1')).toEqual(['a/b_1'])
  })

  test('+key:x and +x go equally far', () => {
    expect(select('+key:models/churn')).toEqual(select('+models/churn'))
    expect(select('1+key:models/churn+1')).toEqual(select('1+models/churn+1'))
  })

  test('upstream traversal keeps external assets', () => {
    expect(odd.select('+a/b_1')).toEqual(['src/log', 'a/b_1'])
    expect(odd.select('1+a/b_1')).toEqual(['src/log', 'a/b_1'])
  })

  test('tag:x matches whatever its value', () => {
    expect(select('tag:cadence')).toContain('raw/events')
    expect(select('tag:slow')).toEqual(select('tag:slow='))
  })
})

describe('the grammar is covered', () => {
  test('every literal of it occurs in the expressions above', () => {
    const used = asked.join('\n')
    const words = new Set(used.split(/[\s():+"']+/))
    const operators = OPERATORS.flatMap((operator) => [operator, operator.toUpperCase()])
    expect([...operators, ...FUNCTIONS, '*'].filter((literal) => !words.has(literal))).toEqual([])
    expect(ATTRIBUTES.filter((name) => !used.includes(`${name}:`))).toEqual([])
    expect(['(', ')', ':', '+', '"', "'"].filter((literal) => !used.includes(literal))).toEqual([])
    const closed = { is: SHAPES, status: STATUSES, partitions: PARTITIONINGS }
    expect(CLOSED).toEqual(closed)
    const values = Object.entries(closed).flatMap(([name, list]) => list.map((one) => `${name}:${one}`))
    expect(values.filter((literal) => !used.includes(literal))).toEqual([])
  })
})
