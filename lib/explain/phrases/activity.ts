import { change, count, date, days, times } from './quantities.ts'
import { turned } from './viewing.ts'
import { countable, inLast } from './windows.ts'
import { type Phrase, type Wording, type Words, words } from './words.ts'

/** A day's average of visits below and above which people would say seldom and often. */
const SELDOM = 0.15
const OFTEN = 0.5

/** Something not done at all in a window; `leaning` says what that speaks for. */
function never(window: number, ru: string, en: string, leaning: 'leaving' | 'staying', fact?: string): Wording {
  const said = words(`Последние ${days(window).ru} ${ru}`, `${en} ${inLast(window).en}`)
  return { plain: said, [leaning]: said, ...(fact !== undefined && { fact }) }
}

const webDays: Phrase = countable({
  window: 30,
  little: SELDOM,
  much: OFTEN,
  zero: () => never(30, 'не заходит на сайт', 'Has not visited the website', 'leaving'),
  some: (n) =>
    words(`Заходит на сайт: ${days(n).ru} из последних 30`, `Visited the website on ${n} of the last 30 days`),
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

const noApp = (window: number): Wording =>
  never(window, 'не заходит в мобильное приложение', 'Has not opened the mobile app', 'leaving', 'no_app')

/** Visits of the app or starts on a TV. */
function visits(window: number, zero: Wording, ru: string, opened: string, opens: string): Phrase {
  const last = inLast(window)
  const often = (n: number) => words(`${times(n).ru} ${last.ru}`, `${times(n).en} ${last.en}`)
  return countable({
    window,
    little: SELDOM,
    much: OFTEN,
    zero: () => zero,
    some: (n) => words(`${ru[0]!.toUpperCase()}${ru.slice(1)}: ${often(n).ru}`, `${opened} ${often(n).en}`),
    seldom: (n) => words(`Редко ${ru}: ${often(n).ru}`, `Seldom ${opens}: ${often(n).en}`),
    often: (n) => words(`Часто ${ru}: ${often(n).ru}`, `Often ${opens}: ${often(n).en}`),
  })
}

const app = (window: number): Phrase =>
  visits(window, noApp(window), 'заходит в мобильное приложение', 'Opened the mobile app', 'opens the mobile app')

const appTrend: Phrase = {
  say: (trend) => {
    if (trend <= -1) {
      const stopped = words(
        'Последние две недели не заходит в мобильное приложение, хотя до этого заходы были',
        'Has not opened the mobile app in the last two weeks, after opening it before',
      )
      return { plain: stopped, leaving: stopped, fact: 'no_app' }
    }
    if (trend >= 1) {
      const began = words(
        'Последние две недели заходит в мобильное приложение, а за две предыдущие заходов не было',
        'Has been opening the mobile app in the last two weeks, after not doing so in the two before',
      )
      return { plain: began, staying: began }
    }
    const { way, ru, en, join } = change((1 + trend) / (1 - trend), true)
    return turned(
      way,
      words(
        `В последние две недели заходит в мобильное приложение ${ru} в две предыдущие`,
        `Used the mobile app ${en} in the last two weeks ${join} in the two before`,
      ),
    )
  },
  none: () => noApp(28),
}

/** Something whose being done at all is a sign: of leaving or of staying. */
function sign(window: number, sign: 'leaving' | 'staying', none: Words, some: (value: number) => Words): Phrase {
  const other = sign === 'leaving' ? 'staying' : 'leaving'
  return {
    say: (n) => {
      if (n === 0) return never(window, none.ru, none.en, other)
      const { ru, en } = some(n)
      const last = inLast(window)
      const said = words(`${ru} ${last.ru}`, `${en} ${last.en}`)
      return { plain: said, [sign]: said }
    },
  }
}

const searches = sign(30, 'staying', words('ничего не ищет', 'Has not searched for anything'), (n) =>
  words(`Ищет, что посмотреть: ${times(n).ru}`, `Searched for something to watch ${times(n).en}`),
)
const cancelViews = sign(
  14,
  'leaving',
  words('не заходит на страницу отмены', 'Has not opened the cancellation page'),
  (n) => words(`Заходит на страницу отмены: ${times(n).ru}`, `Opened the cancellation page ${times(n).en}`),
)
const helpViews = sign(30, 'leaving', words('обходится без справки', 'Has not needed the help pages'), (n) =>
  words(`Обращается к справке: ${times(n).ru}`, `Opened the help pages ${times(n).en}`),
)
const priceViews = sign(30, 'leaving', words('не смотрит цены и тарифы', 'Has not looked at prices'), (n) =>
  words(`Смотрит цены и тарифы: ${times(n).ru}`, `Looked at prices and plans ${times(n).en}`),
)
const playbackErrors = sign(30, 'leaving', words('видео играет без ошибок', 'Has had no playback errors'), (n) => {
  const errors = count(n, ['ошибка', 'ошибки', 'ошибок'], ['playback error', 'playback errors'])
  return words(`Видео сбоит: ${errors.ru} воспроизведения`, `Had ${errors.en}`)
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
    ...never(
      90,
      'не появляется ни на сайте, ни в приложениях',
      'Has not been seen on the website or in the apps',
      'leaving',
    ),
    fact: 'no_viewing',
  }),
}

export const activityPhrases: Readonly<Record<string, Phrase>> = {
  web_days_30d: webDays,
  app_sessions_7d: app(7),
  app_sessions_30d: app(30),
  app_trend_14d: appTrend,
  tv_starts_30d: visits(
    30,
    never(30, 'не запускает приложение на телевизоре', 'Has not started the TV app', 'leaving'),
    'запускает приложение на телевизоре',
    'Started the TV app',
    'starts the TV app',
  ),
  searches_30d: searches,
  cancel_views_14d: cancelViews,
  help_views_30d: helpViews,
  price_views_30d: priceViews,
  playback_errors_30d: playbackErrors,
  days_since_seen: daysSinceSeen,
}
