import { count, date, days, roubles, span } from './quantities.ts'
import { type Facts, type Phrase, plain, words } from './words.ts'

/** Days up to which people are newcomers, and from which they have been here for long. */
const NEWCOMER = 60
const LONG_STANDING = 365

const tenure: Phrase = {
  say: (n) => {
    const { ru, en } = span(n)
    if (n === 0) {
      return {
        plain: words('Подписка длится меньше суток', 'The subscription has lasted less than a day'),
        leaving: words('Подписка только что началась', 'The subscription has only just begun'),
        fact: 'newcomer',
      }
    }
    return {
      plain: words(`Подписка длится ${ru}`, `The subscription has lasted ${en}`),
      ...(n < NEWCOMER && {
        leaving: words(`Подписка пока недолгая: длится ${ru}`, `The subscription is still young: it has lasted ${en}`),
        fact: 'newcomer',
      }),
      ...(n >= LONG_STANDING && {
        staying: words(
          `Давно с нами: подписка длится ${ru}`,
          `A long-time subscriber: the subscription has lasted ${en}`,
        ),
        fact: 'long_standing',
      }),
    }
  },
}

const sinceSignup: Phrase = {
  say: (n) => {
    const { ru, en } = span(n)
    if (n === 0) {
      return {
        plain: words('Первая подписка началась меньше суток назад', 'First subscribed less than a day ago'),
        leaving: words('Первая подписка только что началась', 'The first subscription has only just begun'),
        fact: 'newcomer',
      }
    }
    return {
      plain: words(`Первая подписка началась ${ru} назад`, `First subscribed ${en} ago`),
      ...(n < NEWCOMER && {
        leaving: words(`Пока новичок: первая подписка началась ${ru} назад`, `Still new: first subscribed ${en} ago`),
        fact: 'newcomer',
      }),
      ...(n >= LONG_STANDING && {
        staying: words(
          `Давно с нами: первая подписка началась ${ru} назад`,
          `A long-time subscriber: first subscribed ${en} ago`,
        ),
        fact: 'long_standing',
      }),
    }
  },
}

const spell: Phrase = {
  say: (n) =>
    n <= 1
      ? {
          plain: words('Это первая подписка', 'This is the first subscription'),
          staying: words('Подписка ещё ни разу не прерывалась', 'Has never let the subscription lapse'),
        }
      : {
          plain: words(`Это ${n}-я подписка`, `This is subscription number ${n}`),
          leaving: words(
            `Подписка уже прерывалась: это ${n}-я по счёту`,
            `Has let the subscription lapse before: this is number ${n}`,
          ),
        },
}

/** How far away the end is when there is plenty of time: beyond the days that a score looks ahead. */
const FAR_AWAY = 32

/** The end of the paid time in the light of what will happen then. */
const daysToEnd: Phrase = {
  say: (n, facts) => {
    const end = endOf(facts, n)
    const { ru, en } = end
    const paid = words(`Оплачено до ${ru}`, `Paid until ${en}`)
    if (n > FAR_AWAY) {
      return { plain: paid, staying: words(`Оплачено надолго: до ${ru}`, `Paid well ahead: until ${en}`) }
    }
    if (facts.get('is_intro') === 1) {
      return {
        plain: words(`Пробный период кончается ${ru}`, `The trial period ends on ${en}`),
        leaving: words(`Пробный период скоро кончится: ${ru}`, `The trial period ends soon: on ${en}`),
      }
    }
    if (facts.get('cancel_known') === 1 || facts.get('auto_renew') === 0) {
      const ends = words(
        `Подписка кончится ${ru} и сама не продлится`,
        `The subscription ends on ${en} and will not renew itself`,
      )
      return { plain: paid, leaving: ends }
    }
    const renews = words(`Подписка продлится сама ${ru}`, `The subscription renews itself on ${en}`)
    return {
      plain: paid,
      staying: renews,
      leaving: words(`Скоро следующая оплата: ${ru}`, `The next payment is near: on ${en}`),
    }
  },
}

/** Whole days are counted from the end of the snapshot day. */
function endOf({ day }: Facts, daysToGo: number): { ru: string; en: string } {
  return date(day, daysToGo + 1)
}

const autoRenew: Phrase = {
  say: (on, facts) => {
    const toGo = facts.get('days_to_end')
    const end = toGo === null ? undefined : endOf(facts, toGo)
    if (on === 0) {
      return {
        plain: words('Автопродление: выключено', 'Auto-renewal: off'),
        leaving: words(
          `Автопродление выключено${end ? `, подписка кончится ${end.ru}` : ''}`,
          `Auto-renewal is off${end ? `, the subscription ends on ${end.en}` : ''}`,
        ),
      }
    }
    if (facts.get('cancel_known') === 1) return plain('Автопродление: включено', 'Auto-renewal: on')
    return {
      plain: words('Автопродление: включено', 'Auto-renewal: on'),
      staying: words(
        `Автопродление включено${end ? `: подписка продлится сама ${end.ru}` : ''}`,
        `Auto-renewal is on${end ? `: the subscription renews itself on ${end.en}` : ''}`,
      ),
    }
  },
}

const cancellation: Phrase = {
  say: (asked) => {
    if (asked === 1) {
      return {
        plain: words('Заявка на отмену: есть', 'Cancellation asked for: yes'),
        leaving: words('Есть заявка на отмену подписки', 'Has asked to cancel the subscription'),
      }
    }
    return {
      plain: words('Заявка на отмену: нет', 'Cancellation asked for: no'),
      staying: words('Не просит отменить подписку', 'Has not asked to cancel the subscription'),
    }
  },
}

const failedPayments: Phrase = {
  say: (n) => {
    if (n === 0) {
      return {
        plain: words('Неудачных списаний за последние 30 дней: 0', 'Failed charges in the last 30 days: 0'),
        staying: words(
          'Оплата проходит: за последние 30 дней ни одного неудачного списания',
          'Payments go through: no failed charges in the last 30 days',
        ),
      }
    }
    const { ru, en } = count(
      n,
      ['неудачное списание', 'неудачных списания', 'неудачных списаний'],
      ['failed charge', 'failed charges'],
    )
    return {
      plain: words(`Неудачных списаний за последние 30 дней: ${n}`, `Failed charges in the last 30 days: ${n}`),
      leaving: words(`Не проходит оплата: ${ru} за последние 30 дней`, `Payment trouble: ${en} in the last 30 days`),
    }
  },
}

const price: Phrase = {
  say: (kopecks, { get }) => {
    const sum = roubles(kopecks)
    const length = get('plan_days')
    const during = length === null || length === 0 ? words('текущий период', 'the current period') : days(length)
    const paid =
      kopecks === 0
        ? words('За текущий период ничего не платит', 'Pays nothing for the current period')
        : words(`Платит ${sum.ru} за ${during.ru}`, `Pays ${sum.en} for ${during.en}`)
    if (get('is_intro') === 1) {
      const said =
        kopecks === 0
          ? words(
              'Пока пользуется бесплатно, полной цены ещё не платит',
              'Uses it for free so far, not yet at full price',
            )
          : words(`Пока платит ${sum.ru}, а не полную цену`, `Pays ${sum.en} so far, not the full price`)
      return { plain: paid, leaving: said }
    }
    return { plain: paid }
  },
}

/** Plans up to this length come up for renewal within the days that a score looks ahead. */
const SHORT_PLAN = 31
const LONG_PLAN = 90

const planLength: Phrase = {
  say: (n) => {
    if (n === 0) return plain('Длина тарифа неизвестна', 'The length of the plan is not known')
    const { ru, en } = days(n)
    return {
      plain: words(`Тариф на ${ru}`, `On a plan of ${en}`),
      ...(n <= SHORT_PLAN && {
        leaving: words(
          `Тариф короткий, на ${ru}: решать о продлении приходится часто`,
          `A short plan of ${en}: the choice to go on comes up often`,
        ),
      }),
      ...(n >= LONG_PLAN && { staying: words(`Тариф длинный, на ${ru}`, `A long plan, of ${en}`) }),
    }
  },
}

const intro: Phrase = {
  say: (is) =>
    is === 1
      ? {
          plain: words('Вид подписки: пробная', 'Kind of subscription: trial'),
          leaving: words('Пока только пробует: идёт пробный период', 'Is only trying it so far: in a trial period'),
        }
      : {
          plain: words('Вид подписки: обычная', 'Kind of subscription: regular'),
          staying: words('Подписка обычная, не пробная', 'The subscription is a regular one, not a trial'),
        },
}

export const billingPhrases: Readonly<Record<string, Phrase>> = {
  tenure_days: tenure,
  days_since_signup: sinceSignup,
  spell_no: spell,
  days_to_end: daysToEnd,
  auto_renew: autoRenew,
  cancel_known: cancellation,
  failed_payments_30d: failedPayments,
  price_kopecks: price,
  plan_days: planLength,
  is_intro: intro,
}
