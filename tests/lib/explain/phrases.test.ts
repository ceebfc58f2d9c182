import { describe, expect, test } from 'vitest'
import { type Facts, type Wording, wordingOf } from '../../../lib/explain/index.ts'
import { churnFeatures } from '../../../lib/features/index.ts'

/** An ordinary subscriber; `known` changes what is known of him. */
function facts(known: Readonly<Record<string, number>> = {}): Facts {
  const values: Record<string, number> = {
    auto_renew: 1,
    cancel_known: 0,
    days_since_signup: 400,
    days_to_end: 10,
    is_intro: 0,
    plan_days: 30,
    ...known,
  }
  return { day: '2026-06-24', get: (name) => values[name] ?? null }
}

type Direction = 'raises' | 'lowers'

function said(wording: Wording, direction: Direction) {
  return (direction === 'raises' ? wording.leaving : wording.staying) ?? wording.plain
}

type Golden = readonly [
  feature: string,
  value: number | null,
  direction: Direction,
  ru: string,
  en: string,
  known?: Readonly<Record<string, number>>,
]

const golden: readonly Golden[] = [
  // viewing_volume
  [
    'watch_seconds_30d',
    0,
    'raises',
    'За последние 30 дней не было ни одного просмотра',
    'Has not watched anything in the last 30 days',
  ],
  ['watch_seconds_30d', 0, 'lowers', 'Просмотров за последние 30 дней: 0', 'Viewing in the last 30 days: none'],
  [
    'watch_seconds_90d',
    0,
    'raises',
    'С начала подписки не было ни одного просмотра',
    'Has not watched anything since subscribing',
    { days_since_signup: 20 },
  ],
  [
    'watch_seconds_7d',
    59,
    'raises',
    'Смотрит мало: меньше минуты за последние 7 дней',
    'Watches little: less than a minute in the last 7 days',
  ],
  [
    'watch_seconds_7d',
    60,
    'raises',
    'Смотрит мало: 1 минута за последние 7 дней',
    'Watches little: 1 minute in the last 7 days',
  ],
  [
    'watch_seconds_7d',
    5460,
    'raises',
    'Смотрит мало: 1 час 31 минута за последние 7 дней',
    'Watches little: 1 hour 31 minutes in the last 7 days',
  ],
  [
    'watch_seconds_30d',
    122_400,
    'raises',
    'Время просмотра за последние 30 дней: 34 часа',
    'Viewing time in the last 30 days: 34 hours',
  ],
  [
    'watch_seconds_90d',
    40_000_000,
    'lowers',
    'Смотрит много: 11 111 часов за последние 90 дней',
    'Watches a lot: 11,111 hours in the last 90 days',
  ],
  // viewing_frequency
  ['active_days_30d', 1, 'raises', 'Смотрит редко: 1 день из последних 30', 'Seldom watches: on 1 of the last 30 days'],
  [
    'active_days_30d',
    18,
    'lowers',
    'Смотрит часто: 18 дней из последних 30',
    'Often watches: on 18 of the last 30 days',
  ],
  ['active_days_30d', 18, 'raises', 'Смотрит 18 дней из последних 30', 'Watched on 18 of the last 30 days'],
  [
    'sessions_7d',
    21,
    'lowers',
    'Смотрит часто: 21 сеанс за последние 7 дней',
    'Often watches: 21 sessions in the last 7 days',
  ],
  [
    'sessions_90d',
    2,
    'raises',
    'Смотрит редко: 2 сеанса за последние 90 дней',
    'Seldom watches: 2 sessions in the last 90 days',
  ],
  [
    'sessions_90d',
    12,
    'raises',
    'Сеансов просмотра за последние 90 дней: 12',
    'Viewing sessions in the last 90 days: 12',
    { days_since_signup: 21 },
  ],
  // viewing_recency
  ['days_since_view', 12, 'raises', 'Ничего не смотрит уже 12 дней', 'Has not watched anything for 12 days'],
  ['days_since_view', 21, 'raises', 'Ничего не смотрит уже 21 день', 'Has not watched anything for 21 days'],
  ['days_since_view', 12, 'lowers', 'Последний просмотр: 12 июня', 'Last watched on 12 June'],
  ['days_since_view', 0, 'lowers', 'Последний просмотр был недавно: 24 июня', 'Watched recently: on 24 June'],
  ['days_since_view', 0, 'raises', 'Последний просмотр: 24 июня', 'Last watched on 24 June'],
  [
    'days_since_view',
    null,
    'raises',
    'За последние 90 дней не было ни одного просмотра',
    'Has not watched anything in the last 90 days',
  ],
  // viewing_trend
  [
    'watch_ratio_7_30',
    0,
    'raises',
    'За последние 7 дней не было ни одного просмотра, хотя до этого были',
    'Has not watched anything in the last 7 days, after watching before',
  ],
  [
    'watch_ratio_7_30',
    0.08,
    'raises',
    'В последние 7 дней смотрит на 66% меньше, чем в среднем за 30 дней',
    'Watched 66% less in the last 7 days than on average in the last 30',
  ],
  [
    'watch_ratio_7_30',
    0.08,
    'lowers',
    'Просмотр за последние 7 дней: 34% от среднего за 30 дней',
    'Viewing in the last 7 days: 34% of the average over 30 days',
  ],
  [
    'watch_ratio_7_30',
    1,
    'lowers',
    'Подписка только началась, и просмотры уже есть',
    'Has only just subscribed and is watching already',
    { days_since_signup: 3 },
  ],
  [
    'watch_trend_14d',
    -1,
    'raises',
    'За последние две недели не было ни одного просмотра, хотя до этого были',
    'Has not watched anything in the last two weeks, after watching before',
  ],
  [
    'watch_trend_14d',
    0,
    'raises',
    'В последние две недели смотрит столько же, сколько в две предыдущие',
    'Watched about as much in the last two weeks as in the two before',
  ],
  [
    'watch_trend_14d',
    0.4,
    'lowers',
    'В последние две недели смотрит в 2,3 раза больше, чем в две предыдущие',
    'Watched 2.3 times as much in the last two weeks as in the two before',
  ],
  // content_fit, content_breadth, content_mix, device
  [
    'completion_rate_30d',
    0.12,
    'raises',
    'Редко досматривает до конца: 12% сеансов за последние 30 дней',
    'Seldom watches to the end: 12% of sessions in the last 30 days',
  ],
  [
    'completion_rate_30d',
    0,
    'lowers',
    'Досмотренные до конца сеансы за последние 30 дней: 0%',
    'Sessions watched to the end in the last 30 days: 0%',
  ],
  [
    'completion_rate_30d',
    1,
    'lowers',
    'Последние 30 дней всё досматривает до конца',
    'Has watched everything to the end in the last 30 days',
  ],
  [
    'title_days_30d',
    3,
    'raises',
    'Редко находит, что посмотреть: 3 раза за последние 30 дней',
    'Seldom finds something to watch: 3 times in the last 30 days',
  ],
  [
    'kids_share_30d',
    0.4,
    'lowers',
    'Смотрят дети: детское занимает 40% времени просмотра',
    'Children watch: their titles take 40% of viewing time',
  ],
  [
    'series_share_30d',
    0.394,
    'raises',
    'Сериалы занимают 39% времени просмотра за последние 30 дней',
    'Series take 39% of viewing time in the last 30 days',
  ],
  ['platform_main', 4, 'lowers', 'Чаще всего смотрит на телевизоре', 'Mostly watches on a TV'],
  [
    'platform_main',
    0,
    'raises',
    'За последние 30 дней не было ни одного просмотра',
    'Has not watched anything in the last 30 days',
  ],
  // playback_quality
  [
    'stall_share_30d',
    0.034,
    'raises',
    'Видео подвисает: ожидание загрузки занимает 3% времени',
    'Video stalls: waiting for it to load takes 3% of the time',
  ],
  [
    'stall_share_30d',
    0.004,
    'lowers',
    'Видео почти не подвисает: ожидание загрузки занимает меньше 1% времени',
    'Video hardly stalls: waiting for it to load takes less than 1% of the time',
  ],
  [
    'playback_errors_30d',
    1,
    'raises',
    'Видео сбоит: 1 ошибка воспроизведения за последние 30 дней',
    'Had 1 playback error in the last 30 days',
  ],
  [
    'playback_errors_30d',
    0,
    'lowers',
    'Последние 30 дней видео играет без ошибок',
    'Has had no playback errors in the last 30 days',
  ],
  [
    'stall_share_30d',
    0.004,
    'raises',
    'Ожидание загрузки за последние 30 дней: 0,4% времени просмотра',
    'Waiting for video to load in the last 30 days: 0.4% of viewing time',
  ],
  // web_activity, app_activity, tv_activity, search
  [
    'web_days_30d',
    2,
    'raises',
    'Редко заходит на сайт: 2 дня из последних 30',
    'Seldom visits the website: on 2 of the last 30 days',
  ],
  [
    'app_sessions_7d',
    0,
    'raises',
    'Последние 7 дней не заходит в мобильное приложение',
    'Has not opened the mobile app in the last 7 days',
  ],
  [
    'app_sessions_30d',
    22,
    'lowers',
    'Часто заходит в мобильное приложение: 22 раза за последние 30 дней',
    'Often opens the mobile app: 22 times in the last 30 days',
  ],
  [
    'app_trend_14d',
    -0.3,
    'raises',
    'В последние две недели заходит в мобильное приложение на 46% реже, чем в две предыдущие',
    'Used the mobile app 46% less in the last two weeks than in the two before',
  ],
  [
    'app_trend_14d',
    null,
    'raises',
    'Последние 28 дней не заходит в мобильное приложение',
    'Has not opened the mobile app in the last 28 days',
  ],
  [
    'tv_starts_30d',
    1,
    'raises',
    'Редко запускает приложение на телевизоре: 1 раз за последние 30 дней',
    'Seldom starts the TV app: once in the last 30 days',
  ],
  [
    'searches_30d',
    11,
    'lowers',
    'Ищет, что посмотреть: 11 раз за последние 30 дней',
    'Searched for something to watch 11 times in the last 30 days',
  ],
  // leaving_signals, help, price_interest, presence
  [
    'cancel_views_14d',
    2,
    'raises',
    'Заходит на страницу отмены: 2 раза за последние 14 дней',
    'Opened the cancellation page twice in the last 14 days',
  ],
  [
    'cancel_views_14d',
    0,
    'lowers',
    'Последние 14 дней не заходит на страницу отмены',
    'Has not opened the cancellation page in the last 14 days',
  ],
  [
    'cancel_views_14d',
    0,
    'raises',
    'Заходов на страницу отмены за последние 14 дней: 0',
    'Visits to the cancellation page in the last 14 days: 0',
  ],
  [
    'help_views_30d',
    5,
    'raises',
    'Обращается к справке: 5 раз за последние 30 дней',
    'Opened the help pages 5 times in the last 30 days',
  ],
  [
    'price_views_30d',
    1,
    'raises',
    'Смотрит цены и тарифы: 1 раз за последние 30 дней',
    'Looked at prices and plans once in the last 30 days',
  ],
  ['days_since_seen', 8, 'raises', 'Нигде не появляется уже 8 дней', 'Has not been seen anywhere for 8 days'],
  [
    'days_since_seen',
    null,
    'raises',
    'Последние 90 дней не появляется ни на сайте, ни в приложениях',
    'Has not been seen on the website or in the apps in the last 90 days',
  ],
  // tenure
  ['tenure_days', 0, 'raises', 'Подписка только что началась', 'The subscription has only just begun'],
  [
    'tenure_days',
    31,
    'raises',
    'Подписка пока недолгая: длится 31 день',
    'The subscription is still young: it has lasted 31 days',
  ],
  ['tenure_days', 250, 'raises', 'Подписка длится 8 месяцев', 'The subscription has lasted 8 months'],
  [
    'days_since_signup',
    3000,
    'lowers',
    'Давно с нами: первая подписка началась 8 лет назад',
    'A long-time subscriber: first subscribed 8 years ago',
  ],
  [
    'spell_no',
    3,
    'raises',
    'Подписка уже прерывалась: это 3-я по счёту',
    'Has let the subscription lapse before: this is number 3',
  ],
  ['spell_no', 1, 'lowers', 'Подписка ещё ни разу не прерывалась', 'Has never let the subscription lapse'],
  // renewal
  ['days_to_end', 10, 'lowers', 'Подписка продлится сама 5 июля', 'The subscription renews itself on 5 July'],
  ['days_to_end', 10, 'raises', 'Скоро следующая оплата: 5 июля', 'The next payment is near: on 5 July'],
  [
    'days_to_end',
    0,
    'raises',
    'Подписка кончится 25 июня и сама не продлится',
    'The subscription ends on 25 June and will not renew itself',
    { auto_renew: 0 },
  ],
  ['days_to_end', 300, 'lowers', 'Оплачено надолго: до 21 апреля 2027 года', 'Paid well ahead: until 21 April 2027'],
  [
    'days_to_end',
    3,
    'raises',
    'Пробный период скоро кончится: 28 июня',
    'The trial period ends soon: on 28 June',
    { is_intro: 1 },
  ],
  [
    'auto_renew',
    0,
    'raises',
    'Автопродление выключено, подписка кончится 5 июля',
    'Auto-renewal is off, the subscription ends on 5 July',
  ],
  [
    'auto_renew',
    1,
    'lowers',
    'Автопродление включено: подписка продлится сама 5 июля',
    'Auto-renewal is on: the subscription renews itself on 5 July',
  ],
  ['auto_renew', 1, 'lowers', 'Автопродление: включено', 'Auto-renewal: on', { cancel_known: 1 }],
  ['cancel_known', 1, 'raises', 'Есть заявка на отмену подписки', 'Has asked to cancel the subscription'],
  // payment, price, plan
  [
    'failed_payments_30d',
    3,
    'raises',
    'Не проходит оплата: 3 неудачных списания за последние 30 дней',
    'Payment trouble: 3 failed charges in the last 30 days',
  ],
  [
    'failed_payments_30d',
    0,
    'lowers',
    'Оплата проходит: за последние 30 дней ни одного неудачного списания',
    'Payments go through: no failed charges in the last 30 days',
  ],
  ['price_kopecks', 39_900, 'raises', 'Платит 399 ₽ за 30 дней', 'Pays 399 roubles for 30 days'],
  ['price_kopecks', 9950, 'lowers', 'Платит 99,50 ₽ за 7 дней', 'Pays 99.50 roubles for 7 days', { plan_days: 7 }],
  [
    'price_kopecks',
    100,
    'raises',
    'Пока платит 1 ₽, а не полную цену',
    'Pays 1 rouble so far, not the full price',
    { is_intro: 1 },
  ],
  [
    'price_kopecks',
    1_234_500,
    'raises',
    'Платит 12 345 ₽ за 365 дней',
    'Pays 12,345 roubles for 365 days',
    { plan_days: 365 },
  ],
  [
    'plan_days',
    7,
    'raises',
    'Тариф короткий, на 7 дней: решать о продлении приходится часто',
    'A short plan of 7 days: the choice to go on comes up often',
  ],
  ['plan_days', 0, 'raises', 'Длина тарифа неизвестна', 'The length of the plan is not known'],
  ['is_intro', 1, 'raises', 'Пока только пробует: идёт пробный период', 'Is only trying it so far: in a trial period'],
  // account, calendar
  ['email_verified', 0, 'raises', 'Почта не подтверждена', 'The e-mail address is not confirmed'],
  ['phone_verified', 1, 'lowers', 'Телефон подтверждён', 'The phone number is confirmed'],
  [
    'phone_verified',
    null,
    'lowers',
    'Подтверждён ли телефон, неизвестно',
    'Not known whether the phone number is confirmed',
  ],
  [
    'days_since_registration',
    3,
    'raises',
    'Аккаунт совсем новый: создан 3 дня назад',
    'The account is quite new: made 3 days ago',
  ],
  ['premieres_next_32d', 12, 'lowers', 'Впереди 12 премьер за 32 дня', '12 premieres to come in the next 32 days'],
  [
    'holidays_next_32d',
    8,
    'raises',
    'Праздничных дней в ближайшие 32 дня: 8',
    'Public holidays in the next 32 days: 8',
  ],
  // a value that nobody knows
  ['sessions_30d', null, 'raises', 'Сеансов за 30 дней: нет данных', 'Sessions in 30 days: no data'],
]

describe('golden sentences', () => {
  const cases = golden.map(([feature, value, direction, ru, en, known]) => ({
    feature,
    value,
    direction,
    ru,
    en,
    known,
  }))
  test.each(cases)('$feature = $value, $direction: $ru', ({ feature, value, direction, ru, en, known }) => {
    expect(said(wordingOf(feature, value, facts(known)), direction)).toEqual({ ru, en })
  })

  test('they cover every family', () => {
    const family = new Map(churnFeatures.map((feature) => [feature.name, feature.family]))
    const covered = new Set(golden.map(([feature]) => family.get(feature)))
    expect([...covered].sort()).toEqual([...new Set(family.values())].sort())
  })
})

/** Values over which the wording of a feature changes, its edges included. */
function samples(name: string): readonly (number | null)[] {
  if (/share|ratio|rate_30d/.test(name)) return [null, 0, 0.004, 0.08, 0.234, 0.35, 0.7, 0.995, 1]
  if (name.includes('trend')) return [null, -1, -0.97, -0.3, 0, 0.2, 0.5, 0.95, 1]
  if (/verified|auto_renew|cancel_known|is_intro/.test(name)) return [null, 0, 1]
  if (name === 'platform_main') return [null, 0, 1, 2, 3, 4]
  return [null, 0, 1, 2, 3, 5, 11, 12, 21, 40, 75, 400, 3000, 100_000, 10_000_000]
}

const situations = [
  facts(),
  facts({ days_since_signup: 2, is_intro: 1, plan_days: 14 }),
  facts({ auto_renew: 0, cancel_known: 1, days_to_end: 200, plan_days: 365 }),
  { day: '2026-12-31', get: () => null },
]

/** What Russian writes in Latin letters. */
const latinNames = /Android|iPhone|iPad/g

describe.each(churnFeatures.map(({ name }) => name))('%s', (name) => {
  const wordings = situations.flatMap((known) => samples(name).map((value) => wordingOf(name, value, known)))

  test('is said in each language without a letter of the other, and whole', () => {
    for (const { plain, leaving, staying } of wordings) {
      for (const text of [plain, leaving, staying]) {
        if (text === undefined) continue
        expect(text.ru.replace(latinNames, '')).not.toMatch(/[A-Za-z]/)
        expect(text.en).not.toMatch(/[А-Яа-яЁё]/)
        for (const sentence of [text.ru, text.en]) {
          expect(sentence).toMatch(/^[A-ZА-ЯЁ0-9]/)
          expect(sentence).not.toMatch(/ {2}|undefined|NaN|Infinity|null|\.$/)
        }
      }
    }
  })

  test('a sentence that leans is never used for the other direction', () => {
    for (const { plain, leaving, staying } of wordings) {
      const texts = [plain, leaving, staying].filter((text) => text !== undefined)
      expect(new Set(texts.map(({ ru }) => ru)).size).toBe(texts.length)
      expect(new Set(texts.map(({ en }) => en)).size).toBe(texts.length)
    }
  })
})

test('a feature without a phrase is an error that names it', () => {
  expect(() => wordingOf('shoe_size', 43, facts())).toThrow(/'shoe_size' cannot be put into words/)
})
