import { describe, expect, it } from 'vitest'
import {
  type Asset,
  all,
  asset,
  type Condition,
  conditionText,
  conditionWords,
  daily,
  eager,
  effectAsset,
  externalAsset,
  monthly,
  onCron,
  onMissing,
  self,
  through,
  trailing,
  value,
  when,
} from '../../../lib/graph/index.ts'
import { Stage } from './support/stage.ts'

const days = daily({ start: '2026-03-01', timezone: 'UTC' })
const materialize = async () => ({ kind: 'value' as const, value: 0 })
const source = externalAsset({ key: 'source', partitions: days, observe: async () => new Map() })

function dailyAsset(key: string, deps: Record<string, Asset>, automation?: Condition | null): Asset {
  return asset({
    key,
    partitions: days,
    deps,
    store: value,
    materialize,
    ...(automation !== undefined && { automation }),
  })
}

/** source -> raw -> features, all days of March so far observed and made. */
function chain(automation: Condition, downstream: Condition | null = automation): Stage {
  const raw = dailyAsset('raw', { source }, automation)
  const features = dailyAsset('features', { raw }, downstream)
  return new Stage([source, raw, features], '2026-03-04T06:00:00Z')
}

describe('eager', () => {
  it('#11649: asks for the whole chain of the newest partition in one tick, and for nothing in the next', () => {
    const stage = chain(eager()).make('source', ['2026-03-01', '2026-03-02', '2026-03-03'])
    expect(stage.tick()).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
    expect(stage.tick()).toEqual({})
  })

  it('waits for inputs that are not there', () => {
    const stage = chain(eager()).make('source', ['2026-03-01', '2026-03-02'])
    expect(stage.tick()).toEqual({})
    expect(stage.make('source', ['2026-03-03']).tick()).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
  })

  it('keeps as many days fresh as it is told to', () => {
    const stage = chain(eager({ lookbackDays: 2 })).make('source', ['2026-03-01', '2026-03-02', '2026-03-03'])
    expect(stage.tick()).toEqual({ raw: '2026-03-02..2026-03-03', features: '2026-03-02..2026-03-03' })
    expect(stage.make('source', ['2026-03-01']).tick()).toEqual({})
    expect(stage.make('source', ['2026-03-02']).tick()).toEqual({ raw: '2026-03-02', features: '2026-03-02' })
    const whole = chain(eager({ lookbackDays: Number.POSITIVE_INFINITY })).make('source', ['2026-03-01', '2026-03-03'])
    expect(whole.tick()).toEqual({
      raw: '2026-03-01, 2026-03-03',
      features: '2026-03-01, 2026-03-03',
    })
  })

  it('asks for nothing when an input was made anew with the same content', () => {
    const stage = chain(eager()).make('source', ['2026-03-03'], 'same')
    stage.tick()
    expect(stage.make('source', ['2026-03-03'], 'same').tick()).toEqual({})
  })

  it('asks again after an edit of the code, of the asset and of what reads it', () => {
    const stage = chain(eager()).make('source', ['2026-03-03'])
    stage.tick()
    expect(stage.edit('features').tick()).toEqual({ features: '2026-03-03' })
    expect(stage.edit('raw').tick()).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
  })

  it('leaves alone what a run works on, and what reads it', () => {
    const stage = chain(eager()).make('source', ['2026-03-03'])
    expect(stage.tick({ inProgress: ['features'] })).toEqual({ raw: '2026-03-03' })
    expect(stage.tick({ inProgress: ['raw'] })).toEqual({})
    expect(stage.tick()).toEqual({ features: '2026-03-03' })
  })

  it('what an asset reads of itself is asked for in one tick, from the first day that changed', () => {
    const sums = (automation: Condition) =>
      asset({
        key: 'sums',
        partitions: days,
        deps: { source, before: self(trailing({ days: 1, endOffset: -1 })) },
        store: value,
        materialize,
        automation,
      })
    const stage = new Stage([source, sums(eager({ lookbackDays: 9 }))], '2026-03-05T06:00:00Z')
    stage.make('source', ['2026-03-01', '2026-03-02', '2026-03-03'])
    expect(stage.tick()).toEqual({ sums: '2026-03-01..2026-03-03' })
    expect(stage.tick()).toEqual({})
    expect(stage.make('source', ['2026-03-02']).tick()).toEqual({ sums: '2026-03-02..2026-03-03' })
    // The newest alone waits for the day before it.
    const newest = new Stage([source, sums(eager())], '2026-03-04T06:00:00Z')
    expect(newest.make('source', ['2026-03-03']).tick()).toEqual({})
    expect(newest.make('sums', ['2026-03-02']).tick()).toEqual({ sums: '2026-03-03' })
  })

  it('an asset without automation is never asked for, and ends the chain', () => {
    const raw = dailyAsset('raw', { source }, eager())
    const between = dailyAsset('between', { raw }, null)
    const after = dailyAsset('after', { between }, eager())
    const stage = new Stage([source, raw, between, after], '2026-03-04T06:00:00Z').make('source', ['2026-03-03'])
    expect(stage.tick()).toEqual({ raw: '2026-03-03' })
    expect(stage.make('between', ['2026-03-03']).tick()).toEqual({ after: '2026-03-03' })
  })

  it('sees a late day through a window, and a month through its days', () => {
    const month = monthly({ start: '2026-03', timezone: 'UTC' })
    const raw = dailyAsset('raw', { source }, eager({ lookbackDays: 99 }))
    const week = asset({
      key: 'week',
      partitions: days,
      deps: { raw: through(raw, trailing({ days: 3 })) },
      store: value,
      materialize,
      automation: eager(),
    })
    const report = asset({
      key: 'report',
      partitions: month,
      deps: { raw },
      store: value,
      materialize,
      automation: eager(),
    })
    const march = Array.from({ length: 31 }, (_, i) => `2026-03-${String(i + 1).padStart(2, '0')}`)
    const stage = new Stage([source, raw, week, report], '2026-04-01T06:00:00Z').make('source', march)
    expect(stage.tick()).toEqual({ raw: '2026-03-01..2026-03-31', week: '2026-03-31', report: '2026-03' })
    expect(stage.make('source', ['2026-03-30']).tick()).toEqual({
      raw: '2026-03-30',
      week: '2026-03-31',
      report: '2026-03',
    })
    expect(stage.make('source', ['2026-03-07']).tick()).toEqual({ raw: '2026-03-07', report: '2026-03' })
  })

  it('an effect acts once a day, on its newest day', () => {
    const raw = dailyAsset('raw', { source }, eager({ lookbackDays: 9 }))
    const mail = effectAsset({
      key: 'mail',
      partitions: days,
      deps: { raw },
      act: async () => ({}),
      automation: eager({ lookbackDays: 9 }),
    })
    const stage = new Stage([source, raw, mail], '2026-03-04T06:00:00Z').make('source', ['2026-03-02', '2026-03-03'])
    expect(stage.tick()).toEqual({ raw: '2026-03-02..2026-03-03', mail: '2026-03-03' })
    expect(stage.make('source', ['2026-03-03']).tick()).toEqual({ raw: '2026-03-03' })
  })

  it('#30421: ignored inputs count neither as changed nor as missing nor as requested', () => {
    const foo = asset({ key: 'foo', store: value, materialize, automation: eager() })
    const bar = asset({ key: 'bar', store: value, materialize })
    const reader = asset({
      key: 'reader',
      store: value,
      deps: { foo, bar },
      materialize,
      automation: eager({ ignore: 'key:foo' }),
    })
    const stage = new Stage([foo, bar, reader], '2026-03-04T06:00:00Z').make('foo', ['']).make('bar', [''])
    expect(stage.tick()).toEqual({ reader: '' })
    expect(stage.make('foo', ['']).tick()).toEqual({})
    expect(stage.edit('foo').tick()).toEqual({ foo: '' })
    expect(stage.make('bar', ['']).tick()).toEqual({ reader: '' })
    expect(stage.make('bar', ['']).tick()).toEqual({ reader: '' })
  })

  it('what is to be ignored and is not in the graph ignores nothing', () => {
    const foo = asset({ key: 'foo', store: value, materialize, automation: eager({ ignore: 'group:optional' }) })
    expect(new Stage([foo], '2026-03-04T06:00:00Z').tick()).toEqual({ foo: '' })
    const reader = asset({
      key: 'reader',
      store: value,
      deps: { foo },
      materialize,
      automation: eager({ ignore: 'group:optional' }),
    })
    const stage = new Stage([foo, reader], '2026-03-04T06:00:00Z')
    expect(stage.tick()).toEqual({ foo: '', reader: '' })
  })

  it('#24650: a change while the tick was running is not lost', () => {
    const stage = chain(eager(), null).make('source', ['2026-03-03'])
    stage.tick()
    // Between the look and the next tick, and once more right after.
    stage.make('source', ['2026-03-03']).tick({ dies: true })
    stage.make('source', ['2026-03-03'])
    expect(stage.tick()).toEqual({ raw: '2026-03-03' })
  })

  it('#33656: another condition, or lost memory, stops nothing', () => {
    const stage = chain(eager()).make('source', ['2026-03-03'])
    stage.tick()
    stage.memory = { last: undefined, assets: new Map() }
    expect(stage.tick()).toEqual({})
    stage.make('source', ['2026-03-03'])
    expect(stage.tick()).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
  })
})

describe('what failed', () => {
  const later = (minutes: number) => new Date(Date.parse('2026-03-04T06:00:00Z') + minutes * 60_000).toISOString()

  it('is tried again after 10, 20 and 40 minutes, then not until something changes', () => {
    const stage = chain(eager()).make('source', ['2026-03-03'])
    const fails = ['raw@2026-03-03']
    const both = { raw: '2026-03-03', features: '2026-03-03' }
    const asked = [0, 1, 9, 10, 11, 29, 30, 31, 69, 70, 71, 1000].filter(
      (minute) => 'raw' in stage.at(later(minute)).tick({ fails }),
    )
    expect(asked).toEqual([0, 10, 30, 70])
    expect(stage.make('source', ['2026-03-03']).tick({ fails })).toEqual(both)
    expect(stage.tick({ fails })).toEqual({})
    expect(stage.edit('raw').tick({ fails })).toEqual(both)
    expect(stage.tick()).toEqual({})
  })

  it('what was skipped for it is asked for with it, and by itself once it is there', () => {
    const stage = chain(eager({ retries: 0 })).make('source', ['2026-03-03'])
    stage.tick({ fails: ['raw@2026-03-03'] })
    expect(stage.at(later(99)).tick()).toEqual({})
    expect(stage.make('raw', ['2026-03-03']).tick()).toEqual({ features: '2026-03-03' })
  })

  it('the failure of a reader is no reason to retry it because its input came with the same run', () => {
    const stage = chain(eager({ retries: 0 })).make('source', ['2026-03-03'])
    expect(stage.tick({ fails: ['features@2026-03-03'] })).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
    expect(stage.tick()).toEqual({})
  })

  it('what was given up is asked for again when its input is made after all, in the same tick or before', () => {
    const stage = chain(eager({ retries: 0 })).make('source', ['2026-03-03'])
    stage.tick({ fails: ['raw@2026-03-03'] })
    stage.make('source', ['2026-03-03'])
    expect(stage.tick({ inProgress: ['features'] })).toEqual({ raw: '2026-03-03' })
    expect(stage.tick()).toEqual({ features: '2026-03-03' })
  })

  it('the next day is not held up', () => {
    const stage = chain(eager({ retries: 0 })).make('source', ['2026-03-03'])
    stage.tick({ fails: ['raw@2026-03-03'] })
    stage.at('2026-03-05T06:00:00Z').make('source', ['2026-03-04'])
    expect(stage.tick()).toEqual({ raw: '2026-03-04', features: '2026-03-04' })
  })

  it('a tick whose process died counts as an attempt, due at once: a crash is not repeated for ever', () => {
    const stage = chain(eager()).make('source', ['2026-03-03'])
    const asked = [0, 1, 2, 3, 4, 5].filter((minute) => 'raw' in stage.at(later(minute)).tick({ dies: true }))
    expect(asked).toEqual([0, 1, 2, 3])
  })

  it('is due at once after a tick that died, also when another one passes meanwhile', () => {
    const stage = chain(eager()).make('source', ['2026-03-03'])
    stage.tick({ dies: true })
    expect(stage.tick({ inProgress: ['raw'] })).toEqual({})
    expect(stage.tick()).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
  })
})

describe('onCron', () => {
  const morning = onCron('0 7 * * *', 'Europe/Moscow')

  it('waits for the schedule, once a tick of it; what changes later waits for the next', () => {
    const stage = chain(morning).make('source', ['2026-03-01', '2026-03-02', '2026-03-03'])
    const both = (day: string) => ({ raw: day, features: day })
    expect(stage.tick()).toEqual(both('2026-03-03'))
    stage.make('source', ['2026-03-03'])
    expect(stage.at('2026-03-04T23:00:00Z').tick()).toEqual({})
    stage.at('2026-03-05T00:30:00Z').make('source', ['2026-03-04'])
    expect(stage.tick()).toEqual({})
    expect(stage.at('2026-03-05T03:59:59Z').tick()).toEqual({})
    expect(stage.at('2026-03-05T04:00:00Z').tick()).toEqual(both('2026-03-04'))
    expect(stage.tick()).toEqual({})
  })

  it('stays due until its inputs are there', () => {
    const stage = chain(morning).make('source', ['2026-03-03'])
    stage.tick()
    expect(stage.at('2026-03-05T04:00:00Z').tick()).toEqual({})
    stage.at('2026-03-05T09:00:00Z').make('source', ['2026-03-04'])
    expect(stage.tick()).toEqual({ raw: '2026-03-04', features: '2026-03-04' })
    expect(stage.tick()).toEqual({})
  })

  it('finds what is fresh already done, and does not come back to it', () => {
    const stage = chain(morning).make('source', ['2026-03-03'])
    stage.make('raw', ['2026-03-03']).make('features', ['2026-03-03'])
    expect(stage.tick()).toEqual({})
    expect(stage.decisions[0]).toMatchObject({ key: 'raw', requested: [] })
    expect(stage.make('source', ['2026-03-03']).at('2026-03-04T07:00:00Z').tick()).toEqual({})
  })

  it('another schedule begins anew: what is due by it is made', () => {
    const stage = chain(morning).make('source', ['2026-03-03'])
    stage.tick()
    stage.make('source', ['2026-03-03'])
    const other = chain(onCron('0 8 * * *', 'Europe/Moscow'))
    other.adopt(stage)
    expect(other.tick()).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
  })

  it('the next tick of the schedule tries again what had been given up', () => {
    const stage = chain(onCron('0 * * * *', 'UTC', { retries: 0 }), null).make('source', ['2026-03-03'])
    const fails = ['raw@2026-03-03']
    expect(stage.tick({ fails })).toEqual({ raw: '2026-03-03' })
    expect(stage.at('2026-03-04T06:59:00Z').tick({ fails })).toEqual({})
    expect(stage.at('2026-03-04T07:00:00Z').tick({ fails })).toEqual({ raw: '2026-03-03' })
    expect(stage.at('2026-03-04T07:01:00Z').tick({ fails })).toEqual({})
  })
})

describe('onMissing', () => {
  it('makes what was never made, and leaves it alone afterwards', () => {
    const stage = chain(onMissing()).make('source', ['2026-03-03'])
    expect(stage.tick()).toEqual({ raw: '2026-03-03', features: '2026-03-03' })
    expect(stage.make('source', ['2026-03-03']).edit('raw').tick()).toEqual({})
  })
})

describe('operands and combinators', () => {
  /** One asset over the daily source, all of March so far made, with a condition of its own. */
  function single(automation: Condition): Stage {
    const stage = new Stage([source, dailyAsset('raw', { source }, automation)], '2026-03-04T06:00:00Z')
    return stage.make('source', ['2026-03-01', '2026-03-02', '2026-03-03'])
  }
  const holds = (stage: Stage, options = {}) => {
    const requested = stage.tick({ dies: true, ...options })
    return requested.raw ?? ''
  }
  const three = '2026-03-01..2026-03-03'

  it.each<[string, Condition, (stage: Stage) => void, string]>([
    ['missing', when.missing(), (s) => s.make('raw', ['2026-03-02']), '2026-03-01, 2026-03-03'],
    ['stale', when.stale(), (s) => s.make('raw', ['2026-03-02']).make('source', ['2026-03-02']), three],
    [
      'stale, only other inputs',
      when.stale({ only: 'key:raw' }),
      (s) => s.make('raw', ['2026-03-02']).make('source', ['2026-03-02']),
      '2026-03-01, 2026-03-03',
    ],
    ['codeVersionChanged', when.codeVersionChanged(), (s) => s.make('raw', ['2026-03-02']).edit('raw'), '2026-03-02'],
    ['inLatestTimeWindow', when.inLatestTimeWindow({ lookbackDays: 2 }), () => undefined, '2026-03-02..2026-03-03'],
    ['not', when.not(when.inLatestTimeWindow()), () => undefined, '2026-03-01..2026-03-02'],
    ['anyDepsMissing', when.anyDepsMissing(), (s) => s.at('2026-03-05T06:00:00Z'), '2026-03-04'],
    ['anyDepsMatch', when.anyDepsMatch(when.missing()), (s) => s.at('2026-03-05T06:00:00Z'), '2026-03-04'],
    ['allDepsMatch', when.allDepsMatch(when.missing()), (s) => s.at('2026-03-05T06:00:00Z'), '2026-03-04'],
    ['and', when.and(when.missing(), when.inLatestTimeWindow()), () => undefined, '2026-03-03'],
    ['or', when.or(when.anyDepsMissing(), when.inLatestTimeWindow()), () => undefined, '2026-03-03'],
  ])('%s', (_name, condition, before, expected) => {
    const stage = single(condition)
    before(stage)
    expect(holds(stage)).toBe(expected)
  })

  it('failed', () => {
    const stage = single(when.or(when.failed(), when.and(when.missing(), when.inLatestTimeWindow())))
    expect(stage.tick({ fails: ['raw@2026-03-03'] })).toEqual({ raw: '2026-03-03' })
    stage.at('2026-03-05T06:00:00Z').make('source', ['2026-03-04'])
    expect(stage.tick()).toEqual({ raw: '2026-03-03..2026-03-04' })
  })

  it('newlyUpdated: since the tick before, of an input', () => {
    const stage = single(when.anyDepsUpdated())
    expect(holds(stage)).toBe('')
    stage.make('source', ['2026-03-02'])
    expect(holds(stage)).toBe('2026-03-02')
    expect(holds(stage)).toBe('')
  })

  it('newly: on the tick on which it comes to hold', () => {
    const stage = single(when.newly(when.missing()))
    expect(holds(stage)).toBe(three)
    expect(holds(stage)).toBe('')
    stage.at('2026-03-05T06:00:00Z')
    expect(holds(stage)).toBe('2026-03-04')
  })

  it('newlyRequested, and since: what comes at the moment of the reset is kept', () => {
    const stage = single(when.since(when.anyDepsUpdated(), when.newlyRequested()))
    holds(stage)
    stage.make('source', ['2026-03-02'])
    expect(holds(stage)).toBe('2026-03-02')
    stage.make('source', ['2026-03-02', '2026-03-03'])
    expect(holds(stage)).toBe('2026-03-02..2026-03-03')
    expect(holds(stage)).toBe('')
  })

  it('inProgress', () => {
    const stage = single(when.inProgress())
    expect(holds(stage)).toBe('')
    expect(holds(stage, { inProgress: ['raw'] })).toBe(three)
  })

  it("allDepsUpdatedSinceCron: Dagster's on_cron", () => {
    const stage = single(when.allDepsUpdatedSinceCron('0 7 * * *', 'UTC'))
    holds(stage)
    stage.make('source', ['2026-03-03'])
    expect(holds(stage)).toBe('2026-03-03')
    expect(holds(stage)).toBe('2026-03-03')
    stage.at('2026-03-04T07:00:00Z')
    expect(holds(stage)).toBe('')
  })

  it('a set remembered for other partitions or another condition is forgotten', () => {
    const raw = (start: string) =>
      asset({
        key: 'raw',
        partitions: daily({ start: '2026-03-01', timezone: start }),
        store: value,
        deps: { source: through(source, all()) },
        materialize,
        automation: when.newly(when.missing()),
      })
    const stage = new Stage([source, raw('UTC')], '2026-03-04T06:00:00Z').make('source', [
      '2026-03-01',
      '2026-03-02',
      '2026-03-03',
    ])
    expect(holds(stage)).toBe(three)
    const moved = new Stage([source, raw('Europe/Moscow')], '2026-03-04T06:00:00Z').make('source', [
      '2026-03-03',
      '2026-03-02',
      '2026-03-01',
    ])
    moved.memory = stage.memory
    expect(holds(moved)).toBe(three)
  })
})

describe('conditions as data', () => {
  it('are frozen, and have one text each', () => {
    const condition = eager({ ignore: 'key:foo', lookbackDays: 3 })
    expect(Object.isFrozen(condition)).toBe(true)
    expect(conditionText(condition)).toBe(
      'and(inLatestTimeWindow(3 days), or(stale(ignore key:foo), anyDepsMatch(willBeRequested(), ignore key:foo)), ' +
        'not(tried(3, 10 min)), not(anyDepsMissing(ignore key:foo)), not(anyDepsMatch(inProgress(), ignore key:foo)), ' +
        'not(inProgress()))',
    )
    expect(conditionText(onCron(' 0  7 * * * ', 'UTC'))).toContain('since(cronTickPassed(0 7 * * *, UTC), handled())')
    expect(conditionWords(when.cronTickPassed('@daily', 'UTC'))).toBe(
      "a tick of '@daily' (UTC) has passed since the tick before",
    )
  })

  it.each<[() => Condition, string]>([
    [() => onCron('0 7 * *', 'UTC'), "'0 7 * *' is not a cron schedule: it has 4 fields"],
    [() => onCron('0 25 * * *', 'UTC'), "'25' is no hour"],
    [() => onCron('0 7 * * funday', 'UTC'), "'funday' is no day of week. A day of week is 0 to 7 or sun, mon, ..."],
    [() => onCron('0 7 * * *', 'Moscow'), "'Moscow' is not a time zone"],
    [() => eager({ lookbackDays: -1 }), 'lookbackDays is -1'],
    [() => eager({ retries: 1.5 }), 'retries is 1.5'],
    [() => when.and(), 'and() joins nothing'],
    [() => eager({ ignore: 'key:(' }), 'key:('],
  ])('%#: what cannot be is said at once', (make, message) => {
    expect(make).toThrow(message)
  })
})
