import { type Words, words } from './words.ts'

/** Forms of a Russian noun after 1, 2 and 5. */
export type Forms = readonly [one: string, two: string, five: string]

/** The form of a Russian noun that goes with a whole number: 1 день, 2 дня, 5 дней, 11 дней, 21 день. */
export function form(n: number, [one, two, five]: Forms): string {
  const tens = n % 100
  const ones = n % 10
  if (tens >= 11 && tens <= 14) return five
  if (ones === 1) return one
  return ones >= 2 && ones <= 4 ? two : five
}

/** A whole number with its noun; thousands are grouped from five digits on, as both languages do in print. */
export function count(n: number, ru: Forms, [one, many]: readonly [one: string, many: string]): Words {
  return words(`${grouped(n, ' ')} ${form(n, ru)}`, `${grouped(n, ',')} ${n === 1 ? one : many}`)
}

function grouped(n: number, separator: string): string {
  const digits = String(n)
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, separator)
}

const DAYS: Forms = ['день', 'дня', 'дней']
const MINUTES: Forms = ['минута', 'минуты', 'минут']
const HOURS: Forms = ['час', 'часа', 'часов']

export const days = (n: number): Words => count(n, DAYS, ['day', 'days'])

export function times(n: number): Words {
  const { ru, en } = count(n, ['раз', 'раза', 'раз'], ['time', 'times'])
  return words(ru, n === 1 ? 'once' : n === 2 ? 'twice' : en)
}

/** Seconds as people say them: minutes under an hour, hours and minutes under ten hours, whole hours beyond. */
export function duration(seconds: number): Words {
  if (seconds < 60) return words('меньше минуты', 'less than a minute')
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return count(minutes, MINUTES, ['minute', 'minutes'])
  const hours = count(minutes < 600 ? Math.floor(minutes / 60) : Math.round(minutes / 60), HOURS, ['hour', 'hours'])
  const rest = minutes % 60
  if (minutes >= 600 || rest === 0) return hours
  const { ru, en } = count(rest, MINUTES, ['minute', 'minutes'])
  return words(`${hours.ru} ${ru}`, `${hours.en} ${en}`)
}

/** A span of days as people say it: days up to two months, full months up to two years, full years beyond. */
export function span(n: number): Words {
  if (n < 60) return days(n)
  if (n < 730) return count(Math.floor(n / 30.4375), ['месяц', 'месяца', 'месяцев'], ['month', 'months'])
  return count(Math.floor(n / 365.25), ['год', 'года', 'лет'], ['year', 'years'])
}

export function roubles(kopecks: number): Words {
  const whole = kopecks % 100 === 0
  const value = whole ? String(kopecks / 100) : (kopecks / 100).toFixed(2)
  const [digits = '', cents] = value.split('.')
  const ru = grouped(Number(digits), ' ')
  const en = grouped(Number(digits), ',')
  return words(
    `${cents === undefined ? ru : `${ru},${cents}`} ₽`,
    `${cents === undefined ? en : `${en}.${cents}`} ${value === '1' ? 'rouble' : 'roubles'}`,
  )
}

/** A share in whole percent; what is not nothing and not everything never reads as 0% or 100%. */
export function percent(share: number): Words {
  if (share > 0 && share < 0.01) return words('меньше 1%', 'less than 1%')
  if (share > 0.99 && share < 1) return words('больше 99%', 'over 99%')
  const text = `${Math.round(share * 100)}%`
  return words(text, text)
}

const MONTHS: readonly (readonly [ru: string, en: string])[] = [
  ['января', 'January'],
  ['февраля', 'February'],
  ['марта', 'March'],
  ['апреля', 'April'],
  ['мая', 'May'],
  ['июня', 'June'],
  ['июля', 'July'],
  ['августа', 'August'],
  ['сентября', 'September'],
  ['октября', 'October'],
  ['ноября', 'November'],
  ['декабря', 'December'],
]

/** The day `offset` days after `day` (`YYYY-MM-DD`); the year is said where it is another than that of `day`. */
export function date(day: string, offset = 0): Words {
  const that = new Date(Date.parse(`${day}T00:00:00Z`) + offset * 86_400_000)
  const [ru, en] = MONTHS[that.getUTCMonth()]!
  const number = that.getUTCDate()
  const year = that.getUTCFullYear()
  if (String(year) === day.slice(0, 4)) return words(`${number} ${ru}`, `${number} ${en}`)
  return words(`${number} ${ru} ${year} года`, `${number} ${en} ${year}`)
}

/** How much more or less there is now than before: the Russian ends with its "чем", the English waits for its join. */
export interface Change {
  readonly way: 'less' | 'same' | 'more'
  readonly ru: string
  readonly en: string
  /** What joins the two sides in English: 40% less ... than, twice as much ... as. */
  readonly join: 'than' | 'as'
}

/** Changes below this share are no change for people; beyond this many times the number says nothing. */
const NOTICEABLE = 0.1
const MANY_TIMES = 10

/**
 * Puts the ratio of now to before into words.
 *
 * @param ratio above 0
 * @param often whether Russian speaks of how often instead of how much
 */
export function change(ratio: number, often = false): Change {
  const [less, same, more] = often ? ['реже', 'так же часто, как', 'чаще'] : ['меньше', 'столько же, сколько', 'больше']
  if (Math.abs(ratio - 1) < NOTICEABLE) return { way: 'same', ru: same!, en: 'about as much', join: 'as' }
  if (ratio <= 1 / MANY_TIMES) {
    return { way: 'less', ru: `во много раз ${less}, чем`, en: 'many times less', join: 'than' }
  }
  if (ratio < 1) {
    const { ru, en } = percent(1 - ratio)
    return { way: 'less', ru: `на ${ru} ${less}, чем`, en: `${en} less`, join: 'than' }
  }
  if (ratio < 2) {
    const { ru, en } = percent(ratio - 1)
    return { way: 'more', ru: `на ${ru} ${more}, чем`, en: `${en} more`, join: 'than' }
  }
  if (ratio >= MANY_TIMES) {
    return { way: 'more', ru: `во много раз ${more}, чем`, en: 'many times as much', join: 'as' }
  }
  const tenths = Math.round(ratio * 10)
  const whole = tenths % 10 === 0
  const ru = whole ? times(tenths / 10).ru : `${(tenths / 10).toFixed(1).replace('.', ',')} раза`
  const en = tenths === 20 ? 'twice' : `${whole ? tenths / 10 : (tenths / 10).toFixed(1)} times`
  return { way: 'more', ru: `в ${ru} ${more}, чем`, en: `${en} as much`, join: 'as' }
}
