import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  actionableReason,
  chooseReasons,
  type ExplainedRow,
  familyRanking,
  LEAST_SHARE,
  reasonDictionary,
  reasonFamily,
} from '../../../lib/explain/index.ts'
import { churnFeatures } from '../../../lib/features/index.ts'

const names = churnFeatures.map(({ name }) => name)
const ranking = familyRanking(churnFeatures.map(({ family }) => family))

/** A row with some values, and what the features named added; the rest is 0. */
function explained(values: Readonly<Record<string, number>>, added: Readonly<Record<string, number>>) {
  const row: ExplainedRow = { day: '2026-06-24', names, get: (name) => values[name] ?? null }
  return { row, ranked: ranking(Float32Array.from(names, (name) => added[name] ?? 0)) }
}

const texts = (values: Readonly<Record<string, number>>, added: Readonly<Record<string, number>>, k = 3) => {
  const { row, ranked } = explained(values, added)
  return chooseReasons(ranked, row, k).map(({ direction, text }) => `${direction}: ${text.en}`)
}

describe('chooseReasons', () => {
  test('the strongest member speaks for its family, whose points are those of all', () => {
    const { row, ranked } = explained(
      { active_days_7d: 1, active_days_30d: 3, price_kopecks: 39_900, plan_days: 30 },
      { active_days_7d: 0.2, active_days_30d: 0.5, sessions_7d: -0.1, price_kopecks: 0.3 },
    )
    expect(chooseReasons(ranked, row, 3)).toEqual([
      {
        code: 'active_days_30d',
        family: 'viewing_frequency',
        text: { ru: 'Смотрит редко: 3 дня из последних 30', en: 'Seldom watches: on 3 of the last 30 days' },
        direction: 'raises',
        value: 3,
        points: expect.closeTo(0.6, 6),
      },
      {
        code: 'price_kopecks',
        family: 'price',
        text: { ru: 'Платит 399 ₽ за 30 дней', en: 'Pays 399 roubles for 30 days' },
        direction: 'raises',
        value: 39_900,
        points: expect.closeTo(0.3, 6),
      },
    ])
  })

  test('of near synonyms only the stronger is named', () => {
    const values = { days_since_view: 12, days_since_seen: 12, help_views_30d: 1 }
    expect(texts(values, { days_since_view: 0.5, days_since_seen: 0.4, help_views_30d: 0.3 })).toEqual([
      'raises: Has not watched anything for 12 days',
      'raises: Opened the help pages once in the last 30 days',
    ])
    expect(texts(values, { days_since_view: 0.4, days_since_seen: 0.5 })).toEqual([
      'raises: Has not been seen anywhere for 12 days',
    ])
  })

  test('one fact that shows in several families is said once', () => {
    expect(
      texts(
        { watch_seconds_30d: 0, searches_30d: 0 },
        {
          watch_seconds_30d: 0.5,
          days_since_view: 0.4,
          platform_main: 0.35,
          stall_share_30d: 0.3,
          searches_30d: 0.2,
        },
      ),
    ).toEqual([
      'raises: Has not watched anything in the last 30 days',
      'raises: Has not searched for anything in the last 30 days',
    ])
  })

  test('a reason that points against its value is said without leaning', () => {
    expect(texts({ days_since_view: 12, auto_renew: 1 }, { days_since_view: -0.5, auto_renew: 0.4 })).toEqual([
      'lowers: Last watched on 12 June',
      'raises: Auto-renewal: on',
    ])
  })

  test('negligible points, and what is the same for everyone, are no reasons', () => {
    const values = { auto_renew: 0, help_views_30d: 1, premieres_next_32d: 4 }
    expect(texts(values, { auto_renew: 1, help_views_30d: 0.04, premieres_next_32d: -0.6 })).toEqual([
      'raises: Auto-renewal is off',
    ])
    expect(texts({}, {})).toEqual([])
  })

  test('for any contributions: at most k, strongest first, none negligible, no family group twice', () => {
    const numbers = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), {
      minLength: names.length,
      maxLength: names.length,
    })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 6 }), (added, k) => {
        const ranked = ranking(Float32Array.from(added))
        const reasons = chooseReasons(ranked, { day: '2026-06-24', names, get: () => 1 }, k)
        const total = ranked.reduce((sum, { points }) => sum + Math.abs(points), 0)
        const groups = reasons.map(({ family }) => reasonFamily(family).group ?? family)
        expect(reasons.length).toBeLessThanOrEqual(k)
        expect(new Set(groups).size).toBe(reasons.length)
        expect(new Set(reasons.map(({ text }) => text.ru)).size).toBe(reasons.length)
        for (const [i, { points, direction, family }] of reasons.entries()) {
          expect(Math.abs(points)).toBeGreaterThanOrEqual(LEAST_SHARE * total)
          expect(direction).toBe(points > 0 ? 'raises' : 'lowers')
          expect(reasonFamily(family).common).toBeUndefined()
          if (i > 0) expect(Math.abs(points)).toBeLessThanOrEqual(Math.abs(reasons[i - 1]!.points))
        }
      }),
    )
  })
})

describe('actionableReason', () => {
  const of = (added: Readonly<Record<string, number>>) => actionableReason(explained({}, added).ranked, names)

  test('is the strongest of those that raise the risk and that a campaign can change', () => {
    expect(of({ auto_renew: 1, tenure_days: 0.9, price_views_30d: 0.3, help_views_30d: 0.2 })).toBe('price_views_30d')
    expect(of({ auto_renew: 1, completion_rate_30d: -0.8, failed_payments_30d: 0.2 })).toBe('failed_payments_30d')
  })

  test('is none where nothing of that kind is worth naming', () => {
    expect(of({ auto_renew: 1, price_views_30d: -0.5 })).toBeNull()
    expect(of({ auto_renew: 1, price_views_30d: 0.01 })).toBeNull()
  })
})

test('the dictionary has every feature once, in both languages, with its family', () => {
  const dictionary = reasonDictionary()
  expect(dictionary.map(({ code }) => code)).toEqual(names)
  for (const { family, title_ru, title_en, description_ru, description_en, actionable } of dictionary) {
    expect(actionable).toBe(reasonFamily(family).actionable)
    for (const ru of [title_ru, description_ru]) expect(ru).toMatch(/[А-Яа-я]/)
    for (const en of [title_en, description_en]) expect(en).not.toMatch(/[А-Яа-я]/)
  }
  expect(() => reasonFamily('weather')).toThrow(/'weather' cannot be a reason/)
})
