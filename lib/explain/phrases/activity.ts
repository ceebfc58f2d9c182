import { count, date, days, times } from './quantities.ts'
import { compared, countable, inLast } from './windows.ts'
import { type Phrase, type Words, words } from './words.ts'

/** A day's average of visits below and above which people would say seldom and often. */
const SELDOM = 0.15
const OFTEN = 0.5

/** Names of the things counted, for bare statements: "Визиты на сайт", "Visits to the website". */
function bare(noun: Words, window: number, value: number): Words {
  const { ru, en } = inLast(window)
  return words(`${noun.ru} ${ru}: ${value}`, `${noun.en} ${en}: ${value}`)
}

/** Something not done at all in a window: "Последние 30 дней не заходит на сайт". */
function never(window: number, ru: string, en: string): Words {
  return words(`Последние ${days(window).ru} ${ru}`, `${en} ${inLast(window).en}`)
}

const webVisits = words('Дней с визитом на сайт', 'Days with a visit to the website')

const webDays: Phrase = countable({
  window: 30,
  little: SELDOM,
  much: OFTEN,
  zero: () => ({
    plain: bare(webVisits, 30, 0),
    leaving: never(30, 'не заходит на сайт', 'Has not visited the website'),
  }),
  some: (n) => bare(webVisits, 30, n),
  seldom: (n) =>
    words(
      `Редко заходит на сайт: ${days(n).ru} из последних 30`,
      `Seldom visits the website: on ${n} of the last 30 days`,
    ),
  often: (n) =>
    words(
      `Часто заходит на сайт: ${days(n).ru} из последних 30`,
      `Often visits the website: on ${n} of the last 30 days`,
    ),
})

/** Visits of the app or starts on a TV: the noun of bare statements, and what is done. */
function visits(window: number, noun: Words, does: Words, not: Words, fact?: string): Phrase {
  const last = inLast(window)
  const often = (n: number) => words(`${times(n).ru} ${last.ru}`, `${times(n).en} ${last.en}`)
  return countable({
    window,
    little: SELDOM,
    much: OFTEN,
    zero: () => ({
      plain: bare(noun, window, 0),
      leaving: never(window, not.ru, not.en),
      ...(fact !== undefined && { fact }),
    }),
    some: (n) => bare(noun, window, n),
    seldom: (n) => words(`Редко ${does.ru}: ${often(n).ru}`, `Seldom ${does.en}: ${often(n).en}`),
    often: (n) => words(`Часто ${does.ru}: ${often(n).ru}`, `Often ${does.en}: ${often(n).en}`),
  })
}

const appVisits = words('Заходов в мобильное приложение', 'Visits to the mobile app')
const notInApp = words('не заходит в мобильное приложение', 'Has not opened the mobile app')

const app = (window: number): Phrase =>
  visits(window, appVisits, words('заходит в мобильное приложение', 'opens the mobile app'), notInApp, 'no_app')

const tvStarts = visits(
  30,
  words('Запусков приложения на телевизоре', 'Starts of the TV app'),
  words('запускает приложение на телевизоре', 'starts the TV app'),
  words('не запускает приложение на телевизоре', 'Has not started the TV app'),
)

const appTrend: Phrase = {
  say: (trend) =>
    compared(trend === 1 ? Number.POSITIVE_INFINITY : (1 + trend) / (1 - trend), {
      noun: words('Заходы в мобильное приложение', 'Visits to the mobile app'),
      recent: words('за последние две недели', 'in the last two weeks'),
      level: words('от уровня двух предыдущих', 'of those in the two before'),
      often: true,
      sentence: ({ ru, en, join }) =>
        words(
          `В последние две недели заходит в мобильное приложение ${ru} в две предыдущие`,
          `Used the mobile app ${en} in the last two weeks ${join} in the two before`,
        ),
      stopped: {
        plain: words(
          'Заходов в мобильное приложение за последние две недели: 0',
          'Visits to the mobile app in the last two weeks: 0',
        ),
        leaving: words(
          'Последние две недели не заходит в мобильное приложение, хотя до этого заходы были',
          'Has not opened the mobile app in the last two weeks, after opening it before',
        ),
        fact: 'no_app',
      },
      began: {
        plain: words(
          'Все заходы месяца в мобильное приложение приходятся на последние две недели',
          'All visits of the month to the mobile app fell into the last two weeks',
        ),
        staying: words(
          'Последние две недели заходит в мобильное приложение, а за две предыдущие заходов не было',
          'Has been opening the mobile app in the last two weeks, after not doing so in the two before',
        ),
      },
    }),
  none: () => ({
    plain: bare(appVisits, 28, 0),
    leaving: never(28, notInApp.ru, notInApp.en),
    fact: 'no_app',
  }),
}

/** Something whose being done at all is a sign, of leaving or of staying, and whose absence is one of the contrary. */
interface Sign {
  readonly window: number
  readonly of: 'leaving' | 'staying'
  readonly noun: Words
  readonly none: Words
  readonly some: (value: number) => Words
}

function sign({ window, of, noun, none, some }: Sign): Phrase {
  const last = inLast(window)
  return {
    say: (n) => {
      if (n === 0) {
        return {
          plain: bare(noun, window, 0),
          [of === 'leaving' ? 'staying' : 'leaving']: never(window, none.ru, none.en),
        }
      }
      const { ru, en } = some(n)
      return { plain: bare(noun, window, n), [of]: words(`${ru} ${last.ru}`, `${en} ${last.en}`) }
    },
  }
}

const searches = sign({
  window: 30,
  of: 'staying',
  noun: words('Поисков', 'Searches'),
  none: words('ничего не ищет', 'Has not searched for anything'),
  some: (n) => words(`Ищет, что посмотреть: ${times(n).ru}`, `Searched for something to watch ${times(n).en}`),
})
const cancelViews = sign({
  window: 14,
  of: 'leaving',
  noun: words('Заходов на страницу отмены', 'Visits to the cancellation page'),
  none: words('не заходит на страницу отмены', 'Has not opened the cancellation page'),
  some: (n) => words(`Заходит на страницу отмены: ${times(n).ru}`, `Opened the cancellation page ${times(n).en}`),
})
const helpViews = sign({
  window: 30,
  of: 'leaving',
  noun: words('Заходов в справку', 'Visits to the help pages'),
  none: words('обходится без справки', 'Has not needed the help pages'),
  some: (n) => words(`Обращается к справке: ${times(n).ru}`, `Opened the help pages ${times(n).en}`),
})
const priceViews = sign({
  window: 30,
  of: 'leaving',
  noun: words('Просмотров цен и тарифов', 'Looks at prices and plans'),
  none: words('не смотрит цены и тарифы', 'Has not looked at prices and plans'),
  some: (n) => words(`Смотрит цены и тарифы: ${times(n).ru}`, `Looked at prices and plans ${times(n).en}`),
})
const playbackErrors = sign({
  window: 30,
  of: 'leaving',
  noun: words('Ошибок воспроизведения', 'Playback errors'),
  none: words('видео играет без ошибок', 'Has had no playback errors'),
  some: (n) => {
    const errors = count(n, ['ошибка', 'ошибки', 'ошибок'], ['playback error', 'playback errors'])
    return words(`Видео сбоит: ${errors.ru} воспроизведения`, `Had ${errors.en}`)
  },
})

/** Days without a sign of life that are worth saying, and up to which the last one is recent. */
const LONG_ABSENCE = 4
const RECENT = 2

const daysSinceSeen: Phrase = {
  say: (n, { day }) => {
    const last = date(day, -n)
    return {
      plain: words(`Последнее посещение: ${last.ru}`, `Last seen on ${last.en}`),
      ...(n >= LONG_ABSENCE && {
        leaving: words(`Нигде не появляется уже ${days(n).ru}`, `Has not been seen anywhere for ${days(n).en}`),
        fact: 'no_viewing',
      }),
      ...(n <= RECENT && {
        staying: words(`Последнее посещение было недавно: ${last.ru}`, `Seen recently: on ${last.en}`),
      }),
    }
  },
  none: () => ({
    plain: words('Посещений за последние 90 дней: 0', 'Visits in the last 90 days: none'),
    leaving: never(
      90,
      'не появляется ни на сайте, ни в приложениях',
      'Has not been seen on the website or in the apps',
    ),
    fact: 'no_viewing',
  }),
}

export const activityPhrases: Readonly<Record<string, Phrase>> = {
  web_days_30d: webDays,
  app_sessions_7d: app(7),
  app_sessions_30d: app(30),
  app_trend_14d: appTrend,
  tv_starts_30d: tvStarts,
  searches_30d: searches,
  cancel_views_14d: cancelViews,
  help_views_30d: helpViews,
  price_views_30d: priceViews,
  playback_errors_30d: playbackErrors,
  days_since_seen: daysSinceSeen,
}
