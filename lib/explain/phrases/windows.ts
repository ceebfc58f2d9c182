import { type Change, change, days, percent } from './quantities.ts'
import { type Facts, type Phrase, type Wording, type Words, words } from './words.ts'

/** Says that nothing was watched in a window; `no_viewing` is said once, whichever feature leads to it. */
export function noViewing(window: number, { get }: Facts): Wording {
  const signup = get('days_since_signup')
  const since =
    signup !== null && signup < window
      ? words('С начала подписки не было ни одного просмотра', 'Has not watched anything since subscribing')
      : words(
          `За последние ${days(window).ru} не было ни одного просмотра`,
          `Has not watched anything in the last ${days(window).en}`,
        )
  const bare = words(`Просмотров ${inLast(window).ru}: 0`, `Viewing ${inLast(window).en}: none`)
  return { plain: bare, leaving: since, fact: 'no_viewing' }
}

/** How a number of days or events in a window is said. */
export interface Countable {
  readonly window: number
  /** A day's average up to which it is little, and from which it is much, for an ordinary subscriber. */
  readonly little: number
  readonly much: number
  readonly zero: (facts: Facts) => Wording
  readonly some: (value: number) => Words
  /** Begins of the sentences for little and for much. */
  readonly seldom: (value: number) => Words
  readonly often: (value: number) => Words
}

/** A phrase for a quantity of which little speaks for leaving and much for staying. */
export function countable({ window, little, much, zero, some, seldom, often }: Countable): Phrase {
  return {
    say: (value, facts) => {
      if (value === 0) return zero(facts)
      // Who subscribed inside the window had only the days since then.
      const signup = facts.get('days_since_signup')
      const daily = value / (signup === null ? window : Math.min(window, signup + 1))
      return {
        plain: some(value),
        ...(daily <= little && { leaving: seldom(value) }),
        ...(daily >= much && { staying: often(value) }),
      }
    },
  }
}

/** The last days of a window, as both languages say it: 7 -> "за последние 7 дней", "in the last 7 days". */
export function inLast(window: number): Words {
  const { ru, en } = days(window)
  return words(`за последние ${ru}`, `in the last ${en}`)
}

/** What a trend compares: the thing done, and the two spans of time, with the sentences of both languages. */
export interface Comparison {
  /** Noun for the bare statement: "Просмотр", "Viewing". */
  readonly noun: Words
  readonly recent: Words
  /** What the recent part is a share of: "от уровня двух предыдущих", "of the two before". */
  readonly level: Words
  readonly sentence: (said: Change) => Words
  /** For a ratio of 0, and for something out of nothing. */
  readonly stopped: Wording
  readonly began: Wording
  /** Whether Russian speaks of how often instead of how much. */
  readonly often?: boolean
}

/** Says how much there is now beside before: less speaks for leaving, more for staying. */
export function compared(ratio: number, comparison: Comparison): Wording {
  const { noun, recent, level, sentence, stopped, began, often } = comparison
  if (ratio === 0) return stopped
  if (ratio === Number.POSITIVE_INFINITY) return began
  const turn = change(ratio, often)
  const said = sentence(turn)
  const share = ratio > 10 ? words('больше 1000%', 'over 1000%') : percent(ratio)
  const plain = words(
    `${noun.ru} ${recent.ru}: ${share.ru} ${level.ru}`,
    `${noun.en} ${recent.en}: ${share.en} ${level.en}`,
  )
  if (turn.way === 'same') return { plain: said }
  return turn.way === 'less' ? { plain, leaving: said } : { plain, staying: said }
}
