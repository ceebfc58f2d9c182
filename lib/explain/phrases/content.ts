import { percent, times } from './quantities.ts'
import { countable, noViewing } from './windows.ts'
import { type Phrase, plain, type Words, words } from './words.ts'

/** Shares of sessions watched to the end below and above which people would say seldom and usually. */
const SELDOM_FINISHED = 0.25
const USUALLY_FINISHED = 0.6

const finished = (share: number): Words => {
  const { ru, en } = percent(share)
  return words(
    `Досмотренные до конца сеансы за последние 30 дней: ${ru}`,
    `Sessions watched to the end in the last 30 days: ${en}`,
  )
}

const completion: Phrase = {
  say: (share) => {
    const { ru, en } = percent(share)
    if (share === 0) {
      const never = words(
        'Последние 30 дней ничего не досматривает до конца',
        'Has not finished anything in the last 30 days',
      )
      return { plain: finished(share), leaving: never }
    }
    if (share === 1) {
      const always = words(
        'Последние 30 дней всё досматривает до конца',
        'Has watched everything to the end in the last 30 days',
      )
      return { plain: finished(share), staying: always }
    }
    const of = words(`${ru} сеансов за последние 30 дней`, `${en} of sessions in the last 30 days`)
    return {
      plain: finished(share),
      ...(share <= SELDOM_FINISHED && {
        leaving: words(`Редко досматривает до конца: ${of.ru}`, `Seldom watches to the end: ${of.en}`),
      }),
      ...(share >= USUALLY_FINISHED && {
        staying: words(`Обычно досматривает до конца: ${of.ru}`, `Usually watches to the end: ${of.en}`),
      }),
    }
  },
  none: (facts) => noViewing(30, facts),
}

const often = (n: number): Words => words(`${times(n).ru} за последние 30 дней`, `${times(n).en} in the last 30 days`)

/** Title-days: a title counts once a day. */
const choices: Phrase = countable({
  window: 30,
  little: 0.3,
  much: 0.75,
  zero: (facts) => noViewing(30, facts),
  some: (n) => words(`Выбирает фильмы и сериалы: ${often(n).ru}`, `Picked films or series ${often(n).en}`),
  seldom: (n) =>
    words(`Редко находит, что посмотреть: ${often(n).ru}`, `Seldom finds something to watch: ${often(n).en}`),
  often: (n) =>
    words(`Часто находит, что посмотреть: ${often(n).ru}`, `Often finds something to watch: ${often(n).en}`),
})

/** Share of the time before the screen from which waiting is felt. */
const FELT_STALLING = 0.01

/** Tenths of a percent: "less than 1%" would lean, since it sounds like little. */
const waiting = (share: number): Words => {
  const en = `${(share * 100).toFixed(1)}%`
  const ru = en.replace('.', ',')
  return words(
    `Ожидание загрузки за последние 30 дней: ${ru} времени просмотра`,
    `Waiting for video to load in the last 30 days: ${en} of viewing time`,
  )
}

const stalling: Phrase = {
  say: (share) => {
    const { ru, en } = percent(share)
    if (share === 0) {
      const smooth = words(
        'Последние 30 дней видео не подвисает',
        'Video has played without stalling in the last 30 days',
      )
      return { plain: waiting(share), staying: smooth }
    }
    const takes = words(`ожидание загрузки занимает ${ru} времени`, `waiting for it to load takes ${en} of the time`)
    return {
      plain: waiting(share),
      ...(share >= FELT_STALLING
        ? { leaving: words(`Видео подвисает: ${takes.ru}`, `Video stalls: ${takes.en}`) }
        : {
            staying: words(`Видео почти не подвисает: ${takes.ru}`, `Video hardly stalls: ${takes.en}`),
          }),
    }
  },
  none: (facts) => noViewing(30, facts),
}

/** Share of children's titles from which children are clearly among the viewers. */
const CHILDREN_WATCH = 0.2

const kids: Phrase = {
  say: (share) => {
    if (share === 0)
      return plain('Последние 30 дней детское не смотрит', "Has not watched children's titles in the last 30 days")
    const { ru, en } = percent(share)
    return {
      plain: words(
        `Детское занимает ${ru} времени просмотра за последние 30 дней`,
        `Children's titles take ${en} of viewing time in the last 30 days`,
      ),
      ...(share >= CHILDREN_WATCH && {
        staying: words(
          `Смотрят дети: детское занимает ${ru} времени просмотра`,
          `Children watch: their titles take ${en} of viewing time`,
        ),
      }),
    }
  },
  none: (facts) => noViewing(30, facts),
}

const series: Phrase = {
  say: (share) => {
    if (share === 0) return plain('Последние 30 дней сериалы не смотрит', 'Has not watched series in the last 30 days')
    if (share === 1)
      return plain('Последние 30 дней смотрит только сериалы', 'Has watched nothing but series in the last 30 days')
    const { ru, en } = percent(share)
    return plain(
      `Сериалы занимают ${ru} времени просмотра за последние 30 дней`,
      `Series take ${en} of viewing time in the last 30 days`,
    )
  },
  none: (facts) => noViewing(30, facts),
}

const PLATFORMS: Readonly<Record<string, Words>> = {
  android: words('на телефоне или планшете с Android', 'on an Android phone or tablet'),
  ios: words('на iPhone или iPad', 'on an iPhone or iPad'),
  web: words('в браузере', 'in a web browser'),
  tv: words('на телевизоре', 'on a TV'),
}

/**
 * Says the main platform.
 *
 * @param codes platforms by the number that models read, from 1; 0 is none
 */
export function platformPhrase(codes: readonly string[]): Phrase {
  return {
    say: (value, facts) => {
      const code = codes[value - 1]
      if (code === undefined) return noViewing(30, facts)
      const { ru, en } = PLATFORMS[code] ?? words(`на устройстве «${code}»`, `on a device of the kind "${code}"`)
      return plain(`Чаще всего смотрит ${ru}`, `Mostly watches ${en}`)
    },
    none: (facts) => noViewing(30, facts),
  }
}

export const contentPhrases: Readonly<Record<string, Phrase>> = {
  completion_rate_30d: completion,
  title_days_30d: choices,
  stall_share_30d: stalling,
  kids_share_30d: kids,
  series_share_30d: series,
}
