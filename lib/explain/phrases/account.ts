import { count, span } from './quantities.ts'
import { type Phrase, plain, words } from './words.ts'

type Four = readonly [yes: string, no: string, unknown: string, bare: string]

function verified(ru: Four, en: Four): Phrase {
  const [yes, no, unknown, bare] = ru.map((text, i) => words(text, en[i]!))
  return {
    say: (is) =>
      is === 1
        ? { plain: words(`${bare!.ru}: да`, `${bare!.en}: yes`), staying: yes! }
        : { plain: words(`${bare!.ru}: нет`, `${bare!.en}: no`), leaving: no! },
    none: () => ({ plain: unknown! }),
  }
}

/** Days up to which an account is new, and from which it is old. */
const NEW_ACCOUNT = 60
const OLD_ACCOUNT = 730

const registration: Phrase = {
  say: (n) => {
    const { ru, en } = span(n)
    if (n === 0) {
      const now = words('Аккаунт только что создан', 'The account has only just been made')
      return {
        plain: words('Аккаунт создан меньше суток назад', 'The account was made less than a day ago'),
        leaving: now,
        fact: 'newcomer',
      }
    }
    return {
      plain: words(`Аккаунт создан ${ru} назад`, `The account was made ${en} ago`),
      ...(n < NEW_ACCOUNT && {
        leaving: words(`Аккаунт совсем новый: создан ${ru} назад`, `The account is quite new: made ${en} ago`),
        fact: 'newcomer',
      }),
      ...(n >= OLD_ACCOUNT && {
        staying: words(`Давний клиент: аккаунт создан ${ru} назад`, `An old customer: the account was made ${en} ago`),
        fact: 'long_standing',
      }),
    }
  },
  none: () => plain('Когда создан аккаунт, неизвестно', 'Not known when the account was made'),
}

const premieres: Phrase = {
  say: (n) => {
    const bare = words(`Премьер в ближайшие 32 дня: ${n}`, `Premieres in the next 32 days: ${n}`)
    if (n === 0) {
      const none = words('На ближайшие 32 дня премьер не объявлено', 'No premieres are announced for the next 32 days')
      return { plain: bare, leaving: none }
    }
    const some = count(n, ['премьера', 'премьеры', 'премьер'], ['premiere', 'premieres'])
    return { plain: bare, staying: words(`Впереди ${some.ru} за 32 дня`, `${some.en} to come in the next 32 days`) }
  },
}

const holidays: Phrase = {
  say: (n) =>
    n === 0
      ? plain('В ближайшие 32 дня праздников нет', 'No public holidays in the next 32 days')
      : plain(`Праздничных дней в ближайшие 32 дня: ${n}`, `Public holidays in the next 32 days: ${n}`),
}

/** Phrases of the account, and of the days ahead, which are the same for everyone. */
export const accountPhrases: Readonly<Record<string, Phrase>> = {
  email_verified: verified(
    ['Почта подтверждена', 'Почта не подтверждена', 'Подтверждена ли почта, неизвестно', 'Подтверждение почты'],
    [
      'The e-mail address is confirmed',
      'The e-mail address is not confirmed',
      'Not known whether the e-mail address is confirmed',
      'E-mail address confirmed',
    ],
  ),
  phone_verified: verified(
    ['Телефон подтверждён', 'Телефон не подтверждён', 'Подтверждён ли телефон, неизвестно', 'Подтверждение телефона'],
    [
      'The phone number is confirmed',
      'The phone number is not confirmed',
      'Not known whether the phone number is confirmed',
      'Phone number confirmed',
    ],
  ),
  days_since_registration: registration,
  premieres_next_32d: premieres,
  holidays_next_32d: holidays,
}
