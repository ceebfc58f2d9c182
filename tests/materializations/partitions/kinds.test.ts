import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'
import { KINDS } from './kinds-project.ts'

let cli: ShopCli

/** A morning after the clocks went back in Berlin: its Sunday had 25 hours. */
const NOW = '2026-10-26T12:00:00Z'

beforeAll(async () => {
  cli = await openShop(KINDS)
})

afterAll(() => cli.remove())

interface Steps {
  readonly status: string
  readonly steps: readonly {
    readonly key: string
    readonly partition: string
    readonly status: string
    readonly error?: string
  }[]
}

const json = <T>(...args: string[]) => cli.json<T>(args, { now: NOW })

/** Partitions that a run made, by asset; steps end in any order. */
async function make(...args: string[]): Promise<Record<string, string[]>> {
  const { steps } = await json<Steps>('materialize', ...args, '--yes')
  const made: Record<string, string[]> = {}
  for (const { key, partition, status } of steps) {
    if (status !== 'succeeded') throw new Error(JSON.stringify(steps))
    made[key] = [...(made[key] ?? []), partition].sort()
  }
  return made
}

async function refusal(...args: string[]): Promise<string> {
  const { code, err } = await cli.run(args, { now: NOW })
  expect(code).toBe(2)
  return err
}

const rows = async (sql: string) => {
  const { withWarehouse } = await import('./read-warehouse.ts')
  return withWarehouse(cli, sql)
}

describe('hours over the night in which the clocks go back', () => {
  test('the doubled hour is two partitions of a table, and a day reads all 25', async () => {
    const made = await make('+key:days/berlin or +key:days/moscow')
    expect(made['raw/events']!.slice(0, 8)).toEqual([
      '2026-10-24T22:00',
      '2026-10-24T23:00',
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T03:00',
      '2026-10-25T04:00',
    ])
    expect(await rows('SELECT day, hours, counted, first_hour FROM days__berlin ORDER BY day')).toEqual([
      { day: '2026-10-25', hours: '25', counted: '75', first_hour: '2026-10-24 22:00:00' },
    ])
    // Moscow's Sunday has 24 hours, from 21:00 in UTC, an hour before Berlin's.
    expect(await rows('SELECT day, hours, counted, first_hour FROM days__moscow ORDER BY day')).toEqual([
      { day: '2026-10-25', hours: '24', counted: '72', first_hour: '2026-10-24 21:00:00' },
    ])
    expect(await rows('SELECT hour, count() AS n FROM raw__events GROUP BY hour ORDER BY hour LIMIT 4, 3')).toEqual([
      { hour: '2026-10-25 00:00:00', n: '3' },
      { hour: '2026-10-25 01:00:00', n: '3' },
      { hour: '2026-10-25 02:00:00', n: '3' },
    ])
  })

  test('one hour of the two is named, asked about, remade and wiped', async () => {
    const key = '2026-10-25T02:00+01:00'
    expect(await make('raw/events', '--partition', key, '--force')).toEqual({ 'raw/events': [key] })
    expect((await cli.run(['why', `raw/events@${key}`], { now: NOW })).out).toContain('is fresh')
    expect(await refusal('plan', 'raw/events', '--partition', '2026-10-25T02:00')).toContain(
      "No selected asset has a partition '2026-10-25T02:00'",
    )
    expect(await json('wipe', 'raw/events', '--partition', key, '--yes')).toMatchObject({ wiped: 1 })
    expect(await rows('SELECT uniqExact(hour) AS hours FROM raw__events')).toEqual([{ hours: '39' }])
    const { steps } = await json<{ steps: { key: string; partitions: string[] }[] }>('plan', 'raw/events')
    expect(steps).toMatchObject([{ key: 'raw/events', partitions: [key] }])
    await make('raw/events')
    expect(await json('verify', 'raw/events')).not.toContainEqual(expect.objectContaining({ ok: false }))
  })

  test('ranges take months, days and hours, also of a doubled one', async () => {
    const planned = async (...range: string[]) => {
      const { steps } = await json<{ steps: { partitions: string[] }[] }>('plan', 'raw/events', '--force', ...range)
      return steps.flatMap((step) => step.partitions)
    }
    expect(await planned('--from', '2026-10-25T01:00', '--to', '2026-10-25T02:00')).toEqual([
      '2026-10-25T01:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:00+01:00',
    ])
    expect(await planned('--from', '2026-10-25T02:00+01:00', '--to', '2026-10-25T03:59')).toHaveLength(2)
    expect(await planned('--from', '2026-10-25', '--to', '2026-10-25')).toHaveLength(25)
    expect(await planned('--from', '2026-10', '--to', '2026-10')).toHaveLength(40)
    expect(await planned('--latest')).toEqual(['2026-10-26T12:00'])
    expect(await refusal('plan', 'raw/events', '--from', '2026-10-25T25:00', '--to', '2026-10-26')).toContain(
      "'2026-10-25T25:00' is not on the calendar",
    )
    expect(await refusal('plan', 'raw/events', '--from', '2026-11-01', '--to', '2026-11-02')).toContain(
      "The partitions of 'raw/events' are 2026-10-24T22:00 .. 2026-10-26T12:00",
    )
  })

  test('weeks, cron ticks and files of hours', async () => {
    expect(await make('weeks/all or shifts/night or +key:days/files')).toMatchObject({
      'weeks/all': ['2026-10-19'],
      'shifts/night': ['2026-10-25T02:30', '2026-10-25T14:30'],
    })
    expect(await rows('SELECT week, hours FROM weeks__all')).toEqual([{ week: '2026-10-19', hours: '25' }])
    expect(await rows('SELECT tick, arraySort(hours) AS hours FROM shifts__night ORDER BY tick')).toEqual([
      // From 02:30 (the first of two) to 14:30 the last two hours that overlap are 13:00 and 14:00.
      { tick: '2026-10-25 00:30:00', hours: ['2026-10-25 12:00:00', '2026-10-25 13:00:00'] },
      { tick: '2026-10-25 13:30:00', hours: ['2026-10-26 00:00:00', '2026-10-26 01:00:00'] },
    ])
    // A day without its first hour.
    expect(await rows('SELECT hour, text FROM days__files ORDER BY hour LIMIT 3')).toEqual([
      { hour: '2026-10-24 23:00:00', text: '2026-10-25T01:00' },
      { hour: '2026-10-25 00:00:00', text: '2026-10-25T02:00+02:00' },
      { hour: '2026-10-25 01:00:00', text: '2026-10-25T02:00+01:00' },
    ])
    await make('days/berlin or days/moscow')
    const again = await json<{ steps: unknown[] }>(
      'plan',
      'key:"days/*" or key:"weeks/*" or key:"shifts/*" or key:"raw/*"',
    )
    expect(again.steps).toEqual([])
  })

  test('a table that holds hours in the zone of its clocks is refused: two of them would be one', async () => {
    const { code, out } = await cli.run(['materialize', 'bad/local', '--latest'], { now: NOW })
    expect(code).toBe(1)
    expect(out).toContain("'bad/local' has a partition column hour of type DateTime('Europe/Berlin')")
  })

  test('assets tell their partitions in words', async () => {
    const listed = await json<{ key: string; partitions: string }[]>('assets')
    expect(Object.fromEntries(listed.map(({ key, partitions }) => [key, partitions]))).toMatchObject({
      'raw/events': 'hourly from 2026-10-24T22:00',
      'weeks/all': 'weekly on Mondays from 2026-10-18',
      'shifts/night': "cron '30 2,14 * * *' from 2026-10-25",
      'ads/spend': 'dynamic campaigns',
      'ads/by_month': 'monthly from 2026-08 x dynamic campaigns',
    })
  })
})

describe('dynamic partitions', () => {
  test('added and removed by command', async () => {
    expect(await json('partitions', 'list')).toEqual([
      { name: 'campaigns', keys: [], assets: expect.arrayContaining(['ads/by_month', 'ads/spend']) },
    ])
    expect((await json<{ steps: unknown[] }>('plan', 'ads/spend')).steps).toEqual([])
    expect(await json('partitions', 'add', 'campaigns', 'spring', 'autumn', 'spring')).toEqual({
      name: 'campaigns',
      added: ['spring', 'autumn'],
    })
    expect(await json('partitions', 'add', 'campaigns', 'autumn', 'may')).toMatchObject({ added: ['may'] })
    expect((await cli.run(['partitions', 'list', 'campaigns'])).out).toBe('spring\nautumn\nmay\n')
    expect(await make('ads/spend or ads/by_month or ads/report')).toEqual({
      'ads/spend': ['autumn', 'may', 'spring'],
      'ads/by_month': [
        '2026-08|autumn',
        '2026-08|may',
        '2026-08|spring',
        '2026-09|autumn',
        '2026-09|may',
        '2026-09|spring',
      ],
      'ads/report': ['2026-08', '2026-09'],
    })
    expect(
      await rows("SELECT campaign, spent FROM ads__by_month WHERE month = '2026-09-01' ORDER BY campaign"),
    ).toEqual([
      { campaign: 'autumn', spent: '6' },
      { campaign: 'may', spent: '3' },
      { campaign: 'spring', spent: '6' },
    ])
    const starred = await json<{ steps: { partitions: string[] }[] }>(
      'plan',
      'ads/by_month',
      '--partition',
      '2026-08|*',
      '--force',
    )
    expect(starred.steps[0]!.partitions).toEqual(['2026-08|spring', '2026-08|autumn', '2026-08|may'])
  })

  test('a new key makes stale what reads all of them, and nothing else', async () => {
    await json('partitions', 'add', 'campaigns', 'june')
    const { steps } = await json<{ steps: { key: string; partitions: string[] }[] }>(
      'plan',
      'key:"ads/*" and not key:ads/wanted',
    )
    expect(steps.map(({ key, partitions }) => [key, partitions])).toEqual([
      ['ads/spend', ['june']],
      ['ads/by_month', ['2026-08|june', '2026-09|june']],
      ['ads/report', ['2026-08', '2026-09']],
    ])
    await make('key:"ads/*" and not key:ads/wanted')
  })

  test('removal asks where something was made; what was made is ignored from then on, and back when the key is', async () => {
    expect(await refusal('partitions', 'remove', 'campaigns', 'june')).toContain(
      '3 partitions of ads/by_month, ads/spend would be no partition any more; the data stay',
    )
    expect(await json('partitions', 'remove', 'campaigns', 'june', '--yes')).toMatchObject({ removed: ['june'] })
    const { steps } = await json<{ steps: { key: string }[] }>('plan', 'key:"ads/*" and not key:ads/wanted')
    expect(steps.map(({ key }) => key)).toEqual(['ads/report'])
    expect(await rows("SELECT count() AS n FROM ads__spend WHERE partition = 'june'")).toEqual([{ n: '1' }])
    await json('partitions', 'add', 'campaigns', 'june')
    expect((await json<{ steps: unknown[] }>('plan', 'ads/spend')).steps).toEqual([])
  })

  test('what was made of a removed key can be wiped by its name', async () => {
    await json('partitions', 'remove', 'campaigns', 'june', '--yes')
    expect(await json('wipe', 'ads/spend', '--partition', 'june', '--partition', 'may', '--yes')).toMatchObject({
      wiped: 2,
    })
    expect(await rows('SELECT partition FROM ads__spend ORDER BY partition')).toEqual([
      { partition: 'autumn' },
      { partition: 'spring' },
    ])
    expect(await refusal('wipe', 'ads/spend', '--partition', 'june', '--yes')).toContain('No selected asset')
    await json('partitions', 'add', 'campaigns', 'june')
    expect(await make('ads/spend')).toEqual({ 'ads/spend': ['june', 'may'] })
  })

  test('an asset adds and removes keys when its step is recorded, and not when it fails', async () => {
    process.env.KINDS_CHANGE = JSON.stringify({ add: ['winter'], fails: true })
    try {
      expect((await cli.run(['materialize', 'ads/wanted'], { now: NOW })).code).toBe(1)
      const keys = async () => (await json<{ keys: string[] }[]>('partitions', 'list', 'campaigns'))[0]!.keys
      expect(await keys()).not.toContain('winter')
      process.env.KINDS_CHANGE = JSON.stringify({ add: ['winter', 'may'], remove: ['spring'] })
      // The run that adds them does not see them yet.
      const made = await make('ads/wanted or ads/spend')
      expect(made).toEqual({ 'ads/wanted': [''] })
      expect(await keys()).toEqual(['autumn', 'may', 'june', 'winter'])
      expect(await make('ads/spend')).toEqual({ 'ads/spend': ['winter'] })
      process.env.KINDS_CHANGE = JSON.stringify({ add: ['not a key'] })
      expect((await cli.run(['materialize', 'ads/wanted', '--force'], { now: NOW })).out).toContain(
        "'not a key' cannot be a key of 'campaigns'",
      )
    } finally {
      delete process.env.KINDS_CHANGE
    }
  })

  test.each([
    [['list', 'nothing'], /no asset has dynamic partitions 'nothing'[\s\S]*There are campaigns/],
    [['add', 'nothing', 'a'], /no asset has dynamic partitions 'nothing'/],
    [['add', 'campaigns', 'a|b'], /'a\|b' cannot be a key of 'campaigns'/],
    [['add', 'campaigns', 'a'.repeat(201)], /It has 201 characters/],
    [['remove', 'campaigns', 'autum'], /has no key 'autum'[\s\S]*It has autumn/],
  ])('%j is refused', async (args, message) => expect(await refusal('partitions', ...args)).toMatch(message))
})

test('static maps and named partitions', async () => {
  await make('rates/daily or prices/country')
  const lineage = (await cli.run(['lineage', 'prices/country@eu', '--up', '1'], { now: NOW })).out
  for (const key of ['eur', 'usd']) expect(lineage).toContain(`rates/daily@${key}`)
  expect(lineage).not.toContain('rates/daily@rub')
})
