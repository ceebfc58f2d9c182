import { describe, expect, test } from 'vitest'
import { lineageWords } from '../../../lib/churn/explain-lineage.ts'
import type { MartRow } from '../../../lib/churn/explain-row.ts'
import { reasonsIn } from '../../../lib/churn/explain-row.ts'
import { explainText } from '../../../lib/churn/explain-text.ts'
import type { LineageGraph, LineageNode } from '../../../lib/config/index.ts'

const scored: MartRow = {
  user_id: 'u42',
  snapshot_day: '2026-06-24',
  score_status: 'scored',
  status_reason: null,
  segment: 'paid',
  churn_probability: 0.431,
  probability_low: 0.36,
  probability_high: 0.52,
  risk_band: 'high',
  risk_decile: 10,
  risk_percentile: 0.973,
  plan_code: 'monthly',
  plan_days: 30,
  price_kopecks: 39_900,
  payment_channel: 'card',
  tenure_days: 250,
  spell_no: 2,
  current_end: new Date('2026-07-05T09:00:00Z'),
  days_to_end: 10,
  auto_renew: false,
  cancel_requested_at: null,
  actionable_reason_code: 'days_since_view',
  action_code: 'content_digest',
  offer_code: 'digest',
  channel: 'push',
  decision_basis: 'rules_not_learned',
  suppressed_reason: null,
  model_version: 'churn-paid-2026-06',
  feature_version: 'c1:0123456789abcdef',
  mart_run_id: 'run-1',
  reason_1_code: 'auto_renew',
  reason_1_family: 'renewal',
  reason_1_text_ru: 'Автопродление выключено, подписка кончится 5 июля',
  reason_1_text_en: 'Auto-renewal is off, the subscription ends on 5 July',
  reason_1_direction: 'raises',
  reason_1_value: '0',
  reason_1_points: 0.9,
  reason_2_code: 'tenure_days',
  reason_2_family: 'tenure',
  reason_2_text_ru: 'Подписка длится 8 месяцев',
  reason_2_text_en: 'The subscription has lasted 8 months',
  reason_2_direction: 'lowers',
  reason_2_value: '250',
  reason_2_points: -0.5,
  reason_3_code: null,
}

const node = (id: string, runId: string | null): LineageNode => {
  const [key = '', partition = ''] = id.split('@')
  const versions = { codeVersion: null, dataVersion: null, madeAt: '2026-06-25T04:00:00.000Z', metadata: {} }
  return { id, key, partition, kind: 'materialization', runId, ...versions }
}
const lineage: LineageGraph = {
  root: 'scores/mart@2026-06-24',
  nodes: [
    node('scores/mart@2026-06-24', 'run-1'),
    node('raw/events@2026-06-24', 'run-0'),
    node('source/events@2026-06-24', null),
    node('source/events@2026-06-23', null),
    node('source/billing@2026-06-24', null),
  ],
  edges: [
    { from: 'source/events@2026-06-24', to: 'raw/events@2026-06-24', input: 'source' },
    { from: 'source/events@2026-06-23', to: 'raw/events@2026-06-24', input: 'source' },
    { from: 'source/billing@2026-06-24', to: 'scores/mart@2026-06-24', input: 'billing' },
    { from: 'raw/events@2026-06-24', to: 'scores/mart@2026-06-24', input: 'events' },
  ],
  truncated: false,
  leftOut: 0,
  next: null,
}

test('a wide window of a source counts with the days beside it', () => {
  const range = {
    count: 89,
    first: '2026-03-26',
    last: '2026-06-22',
    runs: 3,
    codeVersions: [],
    madeFrom: '',
    leftOut: 0,
  }
  const wide = { ...node('source/events@*', null), kind: 'range' as const, partition: '2026-03-26..2026-06-22', range }
  const edge = { from: wide.id, to: 'raw/events@2026-06-24', input: 'source' }
  const told = lineageWords(scored, { ...lineage, nodes: [...lineage.nodes, wide], edges: [...lineage.edges, edge] })
  expect(told.map(({ en }) => en)).toContain('  source/events              2026-03-26 .. 2026-06-24 (91)')
})

const offer = { ru: 'Подборка по вкусу', en: 'Titles chosen by taste' }
const told = (row: MartRow, language: 'ru' | 'en', title: typeof offer | undefined = offer) =>
  explainText(row, reasonsIn(row, language), title, lineage, language)

/** What stands before the part for engineers, the lines of a paragraph joined. */
const sentences = (text: string) => text.split('\n\n')[0]!.replaceAll('\n', ' ')

describe('a scored subscriber', () => {
  test('in English: who, risk, reasons both ways, what to do and why, the way back', () => {
    expect(told(scored, 'en')).toBe(`Subscriber u42: paid subscription, running for 8 months, number 2 of this
account; monthly plan, pays 399 roubles by card. Auto-renewal is off, paid until
5 July.
If nothing is done, the risk of leaving within 30 days is high: 43%, most likely
between 36% and 52%. Of such subscribers about 4 in 10 leave. That is higher
than for 97% of paying subscribers.
Why this subscriber may leave:
  - Auto-renewal is off, the subscription ends on 5 July
What speaks for staying:
  - The subscription has lasted 8 months
What to do: offer "Titles chosen by taste" by push message (that is what the
rules say; they have not been tested on responses yet).

For engineers (data up to and including 24 June 2026; in full: --json):
  scores/mart@2026-06-24  2026-06-25T04:00:00.000Z, run run-1
  model churn-paid-2026-06, features c1:0123456789abc
  source/billing             2026-06-24
  source/events              2026-06-23 .. 2026-06-24 (2)`)
  })

  test('in Russian', () => {
    expect(told(scored, 'ru')).toBe(`Подписчик u42: платная подписка, длится 8 месяцев, 2-я по счёту; месячный тариф,
платит 399 ₽ картой. Автопродление выключено, оплачено до 5 июля.
Если ничего не делать, риск ухода за 30 дней высокий: 43%, вероятнее всего от
36% до 52%. Из таких подписчиков уходят примерно 4 из 10. Это выше, чем у 97%
платных подписчиков.
Почему может уйти:
  - Автопродление выключено, подписка кончится 5 июля
Что удерживает:
  - Подписка длится 8 месяцев
Что делать: предложить «Подборка по вкусу» пуш-уведомлением (так говорят
правила; на откликах они ещё не проверены).

Для инженеров (данные за 24 июня 2026 года включительно; целиком: --json):
  scores/mart@2026-06-24  2026-06-25T04:00:00.000Z, run run-1
  model churn-paid-2026-06, features c1:0123456789abc
  source/billing             2026-06-24
  source/events              2026-06-23 .. 2026-06-24 (2)`)
  })

  test('of low risk: what keeps comes first', () => {
    const row = { ...scored, churn_probability: 0.013, risk_band: 'low', risk_percentile: 0.04 }
    const calm = { ...row, probability_low: null, probability_high: null, auto_renew: true }
    const text = sentences(told(calm, 'en'))
    expect(text).toContain('Auto-renewal is on, the next payment is on 5 July.')
    expect(text).toContain('is low: 1%. Of such subscribers about 1 in 80 leaves. That is lower than for 96% of paying')
    expect(text.indexOf('Why this subscriber will probably stay:')).toBeLessThan(text.indexOf('What is a worry'))
    expect(sentences(told(calm, 'ru'))).toContain('уходит примерно 1 из 80. Это ниже, чем у 96% платных подписчиков.')
  })

  test.each([
    [
      { action_code: 'none', suppressed_reason: 'no_consent' },
      'Что делать: ничего (нет согласия на сообщения или подтверждённого адреса).',
      'What to do: nothing (there is no consent to messages, or no confirmed address).',
    ],
    [
      { action_code: 'none', suppressed_reason: 'low_risk' },
      'Что делать: ничего (риск низкий, беспокоить незачем).',
      'What to do: nothing (the risk is low, there is no need to disturb).',
    ],
    [
      { action_code: 'none', decision_basis: 'control' },
      'Что делать: ничего (подписчик в контрольной группе, с ней ничего не делают, чтобы было с чем сравнивать).',
      'What to do: nothing (the subscriber is in the control group, which is left alone to have something to compare with).',
    ],
    [
      { channel: 'email', decision_basis: 'exploration' },
      'Что делать: предложить «Подборка по вкусу» по электронной почте (действие выбрано случайно, чтобы узнать, что помогает).',
      'What to do: offer "Titles chosen by taste" by e-mail (the action was picked at random, to learn what helps).',
    ],
    [
      { action_code: 'none', suppressed_reason: 'full_moon' },
      'Что делать: ничего (причина: «full_moon»).',
      'What to do: nothing (reason: "full_moon").',
    ],
  ])('what to do: %j', (change, ru, en) => {
    expect(sentences(told({ ...scored, ...change }, 'ru'))).toContain(ru)
    expect(sentences(told({ ...scored, ...change }, 'en'))).toContain(en)
  })

  test('a plan without a name is told by its length', () => {
    const row = { ...scored, plan_code: 'two_months', plan_days: 61, price_kopecks: 74_900 }
    expect(sentences(told(row, 'ru'))).toContain('; тариф на 61 день, платит 749 ₽ картой.')
    expect(sentences(told(row, 'en'))).toContain('; plan of 61 days, pays 749 roubles by card.')
    expect(sentences(told({ ...row, plan_days: 0 }, 'en'))).toContain('; plan "two_months", pays')
  })

  test('says so when no reason stands out', () => {
    expect(sentences(explainText(scored, [], offer, lineage, 'en'))).toContain(
      'subscribers. No reason stands out. What to do',
    )
    expect(sentences(explainText(scored, [], offer, lineage, 'ru'))).toContain(
      'Ни одна причина не выделяется. Что делать',
    )
  })

  test('an offer without a known title is named by its code', () => {
    expect(sentences(explainText(scored, [], undefined, lineage, 'ru'))).toContain(
      'предложить «digest» пуш-уведомлением',
    )
  })
})

describe('a subscriber without a score', () => {
  const without: MartRow = {
    ...scored,
    churn_probability: null,
    probability_low: null,
    probability_high: null,
    risk_band: null,
    risk_percentile: null,
    action_code: 'none',
    reason_1_code: null,
    reason_2_code: null,
  }
  test.each([
    [
      'in_grace',
      'Оплата не прошла. Доступ пока открыт, и списание повторяется; что будет дальше, решит платёж, а не прогноз. Что делать: пока ничего.',
      'The payment has failed. Access is left on while the charge is tried again; the payment will decide, not a forecast. What to do: nothing for now.',
    ],
    [
      'paused',
      'Подписка стоит на паузе. Прогноз появится, когда пауза закончится. Что делать: пока ничего.',
      'The subscription is paused. There will be a forecast when the pause is over. What to do: nothing for now.',
    ],
    [
      'sponsored',
      'Доступ до 5 июля. За подписку платит кто-то другой: это подарок или доступ от партнёра. Продлевать её решает не подписчик, поэтому прогноза нет. Что делать: пока ничего.',
      'Access until 5 July. Somebody else pays: it is a gift or comes from a partner. Renewing is not up to the subscriber, so there is no forecast. What to do: nothing for now.',
    ],
    [
      'insufficient_data',
      'Платит меньше трёх дней и ещё нигде не появляется. Судить рано, прогноза пока нет. Что делать: пока ничего.',
      'Has paid for less than three days and has not been seen yet. It is too early to tell. What to do: nothing for now.',
    ],
    [
      'opted_out',
      'Запрещены все сообщения от сервиса, или аккаунт удаляется. Прогноза нет, и писать нельзя. Что делать: ничего, писать нельзя.',
      'All messages from the service are refused, or the account is being deleted. There is no forecast, and no contact is allowed. What to do: nothing, no contact is allowed.',
    ],
    [
      'on_holiday',
      'Прогноза нет: on_holiday. Что делать: пока ничего.',
      'There is no forecast: on_holiday. What to do: nothing for now.',
    ],
  ])('%s is told in words', (score_status, ru, en) => {
    expect(sentences(told({ ...without, score_status }, 'ru'))).toContain(ru)
    expect(sentences(told({ ...without, score_status }, 'en'))).toContain(en)
  })
})
