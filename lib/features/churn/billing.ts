import { type Feature, feature } from '../feature.ts'

type Text = Feature['title']

function billing(
  name: string,
  family: string,
  title: Text,
  description: Text,
  expression = `billing.${name}`,
): Feature {
  return feature({ name, title, description, source: 'billing', family, shape: { kind: 'state', expression } })
}

/**
 * Features of billing: the state at t(D) as known at c(D). Names that the billing state has already are columns of the
 * snapshot anyway; they are not repeated there.
 */
export const billingFeatures: readonly Feature[] = [
  billing(
    'tenure_days',
    'tenure',
    { ru: 'Дней с начала подписки', en: 'Days since the subscription began' },
    {
      ru: 'Сколько целых дней непрерывно длится нынешняя подписка.',
      en: 'Whole days for which the present subscription has lasted without a gap.',
    },
  ),
  billing(
    'days_since_signup',
    'tenure',
    { ru: 'Дней с первой подписки', en: 'Days since the first subscription' },
    {
      ru: 'Сколько целых дней прошло с начала самой первой подписки аккаунта.',
      en: 'Whole days since the very first subscription of the account began.',
    },
  ),
  billing(
    'spell_no',
    'tenure',
    { ru: 'Который раз подписан', en: 'How many times subscribed' },
    {
      ru: 'Которая по счёту подписка: 1 — первая, больше — уходил и возвращался.',
      en: 'Which subscription this is: 1 is the first, more means left and came back.',
    },
  ),
  billing(
    'days_to_end',
    'renewal',
    { ru: 'Дней до конца оплаченного', en: 'Days until the paid period ends' },
    {
      ru: 'Сколько целых дней осталось до конца оплаченного или обещанного периода.',
      en: 'Whole days until the paid or promised period ends.',
    },
  ),
  billing(
    'auto_renew',
    'renewal',
    { ru: 'Автопродление включено', en: 'Auto-renewal is on' },
    { ru: 'Продлится ли подписка сама в конце периода.', en: 'Whether the subscription renews itself when it ends.' },
  ),
  billing(
    'cancel_known',
    'renewal',
    { ru: 'Есть заявка на отмену', en: 'A cancellation has been asked for' },
    {
      ru: 'Просил ли клиент отменить подписку и не передумал ли с тех пор.',
      en: 'Whether a cancellation was asked for and not taken back since.',
    },
    'isNotNull(billing.cancel_requested_at)',
  ),
  billing(
    'failed_payments_30d',
    'payment',
    { ru: 'Неудачных списаний за 30 дней', en: 'Failed charges in 30 days' },
    {
      ru: 'Сколько раз за последние 30 дней не удалось списать оплату.',
      en: 'How often charging failed in the last 30 days.',
    },
  ),
  billing(
    'price_kopecks',
    'price',
    { ru: 'Цена текущего периода, коп.', en: 'Price of the current period, kopecks' },
    { ru: 'Сколько заплатили за текущий период, в копейках.', en: 'What was paid for the current period, in kopecks.' },
  ),
  billing(
    'plan_days',
    'plan',
    { ru: 'Длина тарифа, дней', en: 'Length of the plan, days' },
    { ru: 'На сколько дней рассчитан текущий тариф.', en: 'For how many days the current plan is made.' },
  ),
  billing(
    'is_intro',
    'plan',
    { ru: 'Пробный или вводный период', en: 'Trial or introductory period' },
    {
      ru: 'Идёт ли сейчас пробный или вводный период.',
      en: 'Whether the current period is a trial or introductory one.',
    },
  ),
]
