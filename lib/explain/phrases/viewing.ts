import { count, date, days, duration } from './quantities.ts'
import { compared, countable, inLast, noViewing } from './windows.ts'
import { type Facts, type Phrase, type Wording, type Words, words } from './words.ts'

/**
 * What is seldom and often for an ordinary subscriber: about the lower and the upper quartile of days with viewing
 * (0.35 and 0.75 of days), taken a little inwards.
 */
const SELDOM_DAYS = 0.35
const OFTEN_DAYS = 0.5
/** Seconds a day. */
const LITTLE_TIME = 15 * 60
const MUCH_TIME = 75 * 60
/** Sessions a day. */
const SELDOM_SESSIONS = 0.3
const OFTEN_SESSIONS = 0.75

const volume = (window: number): Phrase => {
  const { ru, en } = inLast(window)
  return countable({
    window,
    little: LITTLE_TIME,
    much: MUCH_TIME,
    zero: (facts) => noViewing(window, facts),
    some: (s) => words(`Время просмотра ${ru}: ${duration(s).ru}`, `Viewing time ${en}: ${duration(s).en}`),
    seldom: (s) => words(`Смотрит мало: ${duration(s).ru} ${ru}`, `Watches little: ${duration(s).en} ${en}`),
    often: (s) => words(`Смотрит много: ${duration(s).ru} ${ru}`, `Watches a lot: ${duration(s).en} ${en}`),
  })
}

const activeDays = (window: number): Phrase =>
  countable({
    window,
    little: SELDOM_DAYS,
    much: OFTEN_DAYS,
    zero: (facts) => noViewing(window, facts),
    some: (n) => words(`Смотрит ${days(n).ru} из последних ${window}`, `Watched on ${n} of the last ${window} days`),
    seldom: (n) =>
      words(
        `Смотрит редко: ${days(n).ru} из последних ${window}`,
        `Seldom watches: on ${n} of the last ${window} days`,
      ),
    often: (n) =>
      words(`Смотрит часто: ${days(n).ru} из последних ${window}`, `Often watches: on ${n} of the last ${window} days`),
  })

const sessions = (window: number): Phrase => {
  const { ru, en } = inLast(window)
  const sittings = (n: number) => count(n, ['сеанс', 'сеанса', 'сеансов'], ['session', 'sessions'])
  return countable({
    window,
    little: SELDOM_SESSIONS,
    much: OFTEN_SESSIONS,
    zero: (facts) => noViewing(window, facts),
    some: (n) => words(`Сеансов просмотра ${ru}: ${n}`, `Viewing sessions ${en}: ${n}`),
    seldom: (n) => words(`Смотрит редко: ${sittings(n).ru} ${ru}`, `Seldom watches: ${sittings(n).en} ${en}`),
    often: (n) => words(`Смотрит часто: ${sittings(n).ru} ${ru}`, `Often watches: ${sittings(n).en} ${en}`),
  })
}

/** Days without viewing from which a pause is worth saying, and up to which the last viewing is recent. */
const LONG_PAUSE = 4
const RECENT = 2

const daysSinceView: Phrase = {
  say: (n, { day }) => {
    const last = date(day, -n)
    const pause = words(`Ничего не смотрит уже ${days(n).ru}`, `Has not watched anything for ${days(n).en}`)
    const recent = words(`Последний просмотр был недавно: ${last.ru}`, `Watched recently: on ${last.en}`)
    return {
      plain: words(`Последний просмотр: ${last.ru}`, `Last watched on ${last.en}`),
      ...(n >= LONG_PAUSE && { leaving: pause, fact: 'no_viewing' }),
      ...(n <= RECENT && { staying: recent }),
    }
  },
  none: (facts) => noViewing(90, facts),
}

const viewing = words('Просмотр', 'Viewing')

/** All viewing lies in the last `window` days: a comeback, or simply a new subscriber. */
function began(window: number, { get }: Facts, plain: Words, comeback: Words): Wording {
  const signup = get('days_since_signup')
  const fresh = words(
    'Подписка только началась, и просмотры уже есть',
    'Has only just subscribed and is watching already',
  )
  return { plain, staying: signup !== null && signup < window ? fresh : comeback }
}

/** The last 7 days beside the average week of the last 30. */
const ratio7To30: Phrase = {
  say: (share, facts) =>
    compared(share === 1 ? Number.POSITIVE_INFINITY : (share * 30) / 7, {
      noun: viewing,
      recent: inLast(7),
      level: words('от среднего за 30 дней', 'of the average over 30 days'),
      sentence: ({ ru, en, join }) =>
        words(
          `В последние 7 дней смотрит ${ru} в среднем за 30 дней`,
          `Watched ${en} in the last 7 days ${join} on average in the last 30`,
        ),
      stopped: {
        plain: words('Просмотров за последние 7 дней: 0', 'Viewing in the last 7 days: none'),
        leaving: words(
          'За последние 7 дней не было ни одного просмотра, хотя до этого были',
          'Has not watched anything in the last 7 days, after watching before',
        ),
        fact: 'no_viewing',
      },
      began: began(
        7,
        facts,
        words(
          'Все просмотры месяца приходятся на последние 7 дней',
          'All viewing of the month fell into the last 7 days',
        ),
        words(
          'Смотрит последние 7 дней, а за 23 дня до этого просмотров не было',
          'Has been watching in the last 7 days, after nothing in the 23 days before',
        ),
      ),
    }),
  none: (facts) => noViewing(30, facts),
}

const watchTrend: Phrase = {
  say: (trend, facts) =>
    compared(trend === 1 ? Number.POSITIVE_INFINITY : (1 + trend) / (1 - trend), {
      noun: viewing,
      recent: words('за последние две недели', 'in the last two weeks'),
      level: words('от уровня двух предыдущих', 'of that in the two before'),
      sentence: ({ ru, en, join }) =>
        words(
          `В последние две недели смотрит ${ru} в две предыдущие`,
          `Watched ${en} in the last two weeks ${join} in the two before`,
        ),
      stopped: {
        plain: words('Просмотров за последние две недели: 0', 'Viewing in the last two weeks: none'),
        leaving: words(
          'За последние две недели не было ни одного просмотра, хотя до этого были',
          'Has not watched anything in the last two weeks, after watching before',
        ),
        fact: 'no_viewing',
      },
      began: began(
        14,
        facts,
        words(
          'Все просмотры месяца приходятся на последние две недели',
          'All viewing of the month fell into the last two weeks',
        ),
        words(
          'Смотрит последние две недели, а за две предыдущие просмотров не было',
          'Has been watching in the last two weeks, after nothing in the two before',
        ),
      ),
    }),
  none: (facts) => noViewing(28, facts),
}

export const viewingPhrases: Readonly<Record<string, Phrase>> = {
  watch_seconds_7d: volume(7),
  watch_seconds_30d: volume(30),
  watch_seconds_90d: volume(90),
  active_days_7d: activeDays(7),
  active_days_30d: activeDays(30),
  active_days_90d: activeDays(90),
  sessions_7d: sessions(7),
  sessions_30d: sessions(30),
  sessions_90d: sessions(90),
  days_since_view: daysSinceView,
  watch_ratio_7_30: ratio7To30,
  watch_trend_14d: watchTrend,
}
