import { date, days, percent, roubles, span } from '../explain/phrases/quantities.ts'
import { type Words, words } from '../explain/phrases/words.ts'
import { statusWords } from '../explain/statuses.ts'
import type { MartRow } from './explain-row.ts'

const PLANS: Readonly<Record<string, Words>> = {
  weekly: words('недельный тариф', 'weekly plan'),
  monthly: words('месячный тариф', 'monthly plan'),
  quarter: words('тариф на три месяца', 'quarterly plan'),
  half_year: words('тариф на полгода', 'half-year plan'),
  annual: words('годовой тариф', 'annual plan'),
}
const PAYMENT_CHANNELS: Readonly<Record<string, Words>> = {
  card: words('картой', 'by card'),
  app_store: words('через App Store', 'through the App Store'),
  google_play: words('через Google Play', 'through Google Play'),
  operator: words('через мобильного оператора', 'through the mobile operator'),
  partner: words('через партнёра', 'through a partner'),
}
const SEGMENTS: Readonly<Record<string, Words>> = {
  trial: words('пробная подписка', 'trial subscription'),
  paid: words('платная подписка', 'paid subscription'),
}
const SEGMENT_PEERS: Readonly<Record<string, Words>> = {
  trial: words('пробных подписчиков', 'trial subscribers'),
  paid: words('платных подписчиков', 'paying subscribers'),
}
const BANDS: Readonly<Record<string, Words>> = {
  low: words('низкий', 'low'),
  medium: words('средний', 'medium'),
  high: words('высокий', 'high'),
}

/** A word of a table, or the code itself between quotes where the table does not know it. */
function named(table: Readonly<Record<string, Words>>, code: string, ru = '', en = ''): Words {
  return table[code] ?? words(`${ru}«${code}»`, `${en}"${code}"`)
}

function both(parts: readonly (Words | undefined)[], separator: string): Words {
  const said = parts.filter((part) => part !== undefined)
  return words(said.map(({ ru }) => ru).join(separator), said.map(({ en }) => en).join(separator))
}

/** Who it is: segment, how long, plan, price, and what happens at the end of the paid time. */
export function whoWords(row: MartRow): Words {
  const kind = row.segment === null ? words('подписка', 'subscription') : named(SEGMENTS, row.segment)
  const since = row.tenure_days === null ? undefined : sinceWords(row.tenure_days)
  const again =
    row.spell_no !== null && row.spell_no > 1
      ? words(`${row.spell_no}-я по счёту`, `number ${row.spell_no} of this account`)
      : undefined
  const who = both([both([kind, since, again], ', '), termsWords(row)], '; ')
  const end = endWords(row)
  return words(
    `Подписчик ${row.user_id}: ${who.ru}.${end ? ` ${end.ru}.` : ''}`,
    `Subscriber ${row.user_id}: ${who.en}.${end ? ` ${end.en}.` : ''}`,
  )
}

function sinceWords(tenure: number): Words {
  if (tenure === 0) return words('только что началась', 'only just begun')
  const { ru, en } = span(tenure)
  return words(`длится ${ru}`, `running for ${en}`)
}

/** Plan, and what the subscriber pays for it; of one who does not pay now, the plan alone. */
function termsWords(row: MartRow): Words | undefined {
  if (!row.plan_code) return undefined
  const plan = PLANS[row.plan_code] ?? planByLength(row.plan_code, row.plan_days)
  if (row.price_kopecks === null || row.price_kopecks === 0) {
    return row.score_status === 'scored' ? both([plan, words('сейчас бесплатно', 'free at present')], ', ') : plan
  }
  const price = roubles(row.price_kopecks)
  const payment = row.payment_channel ? named(PAYMENT_CHANNELS, row.payment_channel, 'через ', 'through ') : undefined
  const pays = words(`платит ${price.ru}`, `pays ${price.en}`)
  return both([plan, payment ? both([pays, payment], ' ') : pays], ', ')
}

/** A plan that has no name of its own here: by its length, as people know it, else by its code. */
function planByLength(code: string, length: number | null): Words {
  if (length === null || length === 0) return words(`тариф «${code}»`, `plan "${code}"`)
  const { ru, en } = days(length)
  return words(`тариф на ${ru}`, `plan of ${en}`)
}

function endWords(row: MartRow): Words | undefined {
  if (row.days_to_end === null || row.current_end === null || row.score_status === 'paused') return undefined
  const { ru, en } = date(row.snapshot_day, row.days_to_end + 1)
  if (row.score_status === 'sponsored') return words(`Доступ до ${ru}`, `Access until ${en}`)
  if (row.cancel_requested_at !== null) {
    return words(`Есть заявка на отмену, доступ до ${ru}`, `A cancellation has been asked for; access until ${en}`)
  }
  return row.auto_renew
    ? words(`Автопродление включено, следующая оплата ${ru}`, `Auto-renewal is on, the next payment is on ${en}`)
    : words(`Автопродление выключено, оплачено до ${ru}`, `Auto-renewal is off, paid until ${en}`)
}

/** The risk in words and number, or why there is none. */
export function riskWords(row: MartRow): Words {
  if (row.churn_probability === null) {
    const status = statusWords[row.score_status]
    if (status) return words(`${status.ru}.`, `${status.en}.`)
    const why = row.status_reason === null ? '' : ` (${row.status_reason})`
    return words(`Прогноза нет: ${row.score_status}${why}.`, `There is no forecast: ${row.score_status}${why}.`)
  }
  const p = percent(row.churn_probability)
  const band = named(BANDS, row.risk_band ?? '')
  const often = howOften(row.churn_probability)
  const { probability_low: low, probability_high: high } = row
  const range =
    low === null || high === null
      ? undefined
      : words(
          `, вероятнее всего от ${percent(low).ru} до ${percent(high).ru}`,
          `, most likely between ${percent(low).en} and ${percent(high).en}`,
        )
  const place = placeWords(row)
  return words(
    `Если ничего не делать, риск ухода за 30 дней ${band.ru}: ${p.ru}${range?.ru ?? ''}. Из таких подписчиков ${often.ru}.${place ? ` ${place.ru}.` : ''}`,
    `If nothing is done, the risk of leaving within 30 days is ${band.en}: ${p.en}${range?.en ?? ''}. Of such subscribers ${often.en}.${place ? ` ${place.en}.` : ''}`,
  )
}

/** A probability as people picture it: one in so many leaves, or so many in ten. */
function howOften(probability: number): Words {
  if (probability >= 0.95) return words('уходят почти все', 'nearly all leave')
  if (probability >= 0.25) {
    const n = Math.round(probability * 10)
    return words(`уходят примерно ${n} из 10`, `about ${n} in 10 leave`)
  }
  if (probability < 0.005) return words('уходит меньше чем 1 из 200', 'fewer than 1 in 200 leave')
  const exact = 1 / probability
  const n = exact < 20 ? Math.round(exact) : Math.round(exact / 10) * 10
  return words(`уходит примерно 1 из ${n}`, `about 1 in ${n} leaves`)
}

function placeWords({ risk_percentile: percentile, segment }: MartRow): Words | undefined {
  const peers = SEGMENT_PEERS[segment ?? '']
  if (percentile === null || peers === undefined) return undefined
  const above = Math.floor(percentile * 100)
  if (above >= 50) {
    const share = Math.min(99, above)
    return words(`Это выше, чем у ${share}% ${peers.ru}`, `That is higher than for ${share}% of ${peers.en}`)
  }
  const share = Math.min(99, 100 - above)
  return words(`Это ниже, чем у ${share}% ${peers.ru}`, `That is lower than for ${share}% of ${peers.en}`)
}

const CHANNELS: Readonly<Record<string, Words>> = {
  email: words('по электронной почте', 'by e-mail'),
  push: words('пуш-уведомлением', 'by push message'),
  sms: words('по SMS', 'by text message'),
}
const BASES: Readonly<Record<string, Words>> = {
  learned: words('так подсказывает опыт прошлых кампаний', 'that is what past campaigns have taught'),
  rules_not_learned: words(
    'так говорят правила; на откликах они ещё не проверены',
    'that is what the rules say; they have not been tested on responses yet',
  ),
  exploration: words(
    'действие выбрано случайно, чтобы узнать, что помогает',
    'the action was picked at random, to learn what helps',
  ),
  control: words(
    'подписчик в контрольной группе, с ней ничего не делают, чтобы было с чем сравнивать',
    'the subscriber is in the control group, which is left alone to have something to compare with',
  ),
}
const SUPPRESSED: Readonly<Record<string, Words>> = {
  control: BASES.control!,
  no_consent: words(
    'нет согласия на сообщения или подтверждённого адреса',
    'there is no consent to messages, or no confirmed address',
  ),
  contact_frequency: words(
    'недавно уже писали, чаще нельзя',
    'there was a contact lately, and more often is not allowed',
  ),
  budget: words('бюджет дня ушёл на тех, кому он нужнее', 'the budget of the day went to those who need it more'),
  low_risk: words('риск низкий, беспокоить незачем', 'the risk is low, there is no need to disturb'),
  sleeping_dog_risk: words(
    'подписка продлевается сама, а человек не пользуется: напоминание может подтолкнуть к отмене',
    'the subscription renews itself and is not used: a reminder could lead to a cancellation',
  ),
  no_fitting_offer: words('под эти причины нет подходящего предложения', 'no offer fits these reasons'),
  no_gain: words('это обойдётся дороже, чем принесёт', 'it would cost more than it is expected to bring'),
  not_scored: words('прогноза нет, решать не на чем', 'there is no forecast to decide by'),
}

/** What to do and why; `offer` is the offer's title where it is known. */
export function actionWords(row: MartRow, offer: Words | undefined): Words {
  if (row.score_status !== 'scored') {
    return row.score_status === 'opted_out'
      ? words('Что делать: ничего, писать нельзя.', 'What to do: nothing, no contact is allowed.')
      : words('Что делать: пока ничего.', 'What to do: nothing for now.')
  }
  const basis = row.decision_basis === null ? undefined : named(BASES, row.decision_basis, 'основание: ', 'basis: ')
  if (row.action_code === null || row.action_code === 'none') {
    const why =
      row.suppressed_reason === null ? basis : named(SUPPRESSED, row.suppressed_reason, 'причина: ', 'reason: ')
    return words(`Что делать: ничего${why ? ` (${why.ru})` : ''}.`, `What to do: nothing${why ? ` (${why.en})` : ''}.`)
  }
  const code = row.offer_code ?? row.action_code
  const { ru, en } = offer ?? words(code, code)
  const how = row.channel === null ? undefined : named(CHANNELS, row.channel, 'через ', 'through ')
  return words(
    `Что делать: предложить «${ru}»${how ? ` ${how.ru}` : ''}${basis ? ` (${basis.ru})` : ''}.`,
    `What to do: offer "${en}"${how ? ` ${how.en}` : ''}${basis ? ` (${basis.en})` : ''}.`,
  )
}

/** Headings of the lists of reasons, by what they do to the risk and how high it is. */
export function headings(row: MartRow): { readonly raises: Words; readonly lowers: Words } {
  return {
    raises:
      row.risk_band === 'low'
        ? words('Что всё же тревожит:', 'What is a worry all the same:')
        : words('Почему может уйти:', 'Why this subscriber may leave:'),
    lowers:
      row.risk_band === 'low'
        ? words('Почему, скорее всего, останется:', 'Why this subscriber will probably stay:')
        : words('Что удерживает:', 'What speaks for staying:'),
  }
}
