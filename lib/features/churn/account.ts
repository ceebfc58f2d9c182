import { type Feature, feature } from '../feature.ts'

type Text = Feature['title']

function account(name: string, title: Text, description: Text, expression = `account.${name}`): Feature {
  const shape = { kind: 'state', expression } as const
  return feature({ name, title, description, source: 'accounts', family: 'account', shape })
}

function calendar(name: string, title: Text, description: Text): Feature {
  const shape = { kind: 'state', expression: `calendar.${name}` } as const
  return feature({ name, title, description, source: 'calendar', family: 'calendar', shape })
}

/** Features of the Pass.Media account: its state at t(D) as known at c(D), null where nothing is known of it. */
export const accountFeatures: readonly Feature[] = [
  account(
    'email_verified',
    { ru: 'Почта подтверждена', en: 'E-mail is confirmed' },
    { ru: 'Подтвердил ли клиент адрес электронной почты.', en: 'Whether the e-mail address has been confirmed.' },
  ),
  account(
    'phone_verified',
    { ru: 'Телефон подтверждён', en: 'Phone is confirmed' },
    { ru: 'Подтвердил ли клиент номер телефона.', en: 'Whether the phone number has been confirmed.' },
  ),
  account(
    'days_since_registration',
    { ru: 'Дней с регистрации', en: 'Days since registration' },
    {
      ru: 'Сколько целых дней прошло с регистрации аккаунта.',
      en: 'Whole days since the account was registered.',
    },
    `toInt32(intDiv(dateDiff('second', account.registered_at, billing.cutoff), 86400))`,
  ),
]

/** Features of the day itself, the same for everyone. */
export const calendarFeatures: readonly Feature[] = [
  calendar(
    'premieres_next_32d',
    { ru: 'Премьер в ближайшие 32 дня', en: 'Premieres in the next 32 days' },
    {
      ru: 'Сколько объявленных названий выйдет в ближайшие 32 дня.',
      en: 'Announced titles that come out in the next 32 days.',
    },
  ),
  calendar(
    'holidays_next_32d',
    { ru: 'Праздников в ближайшие 32 дня', en: 'Public holidays in the next 32 days' },
    {
      ru: 'Сколько нерабочих праздничных дней России приходится на ближайшие 32 дня.',
      en: 'Public holidays of Russia that fall into the next 32 days.',
    },
  ),
]
