import { type Feature, feature } from './feature.ts'
import { distinct, type Measure, sum } from './measure.ts'

/** What is measured on every day of viewing. */
const seconds = sum('watch_seconds', 'watched_s')
const activeDays = distinct('active_days', '1', 'watched_s > 0')
const sessions = distinct('sessions', 'session_id')
const finished = distinct('finished', 'session_id', 'duration_s > 0 AND position_s * 10 >= duration_s * 9')
const titles = distinct('title_days', 'title_id', 'watched_s > 0')
const stalled = sum('stall_ms', 'stall_ms')
const kids = sum('kids_seconds', 'watched_s', `kind = 'kids'`)
const series = sum('series_seconds', 'watched_s', `kind = 'series'`)
const milliseconds = sum('watch_ms', 'watched_s * 1000')
const platforms = ['android', 'ios', 'web', 'tv'].map((code) => ({
  code,
  measure: sum(`${code}_seconds`, 'watched_s', `platform = '${code}'`),
}))

function windows(
  measure: Measure,
  family: string,
  titled: (days: number) => Feature['title'],
  lengths: readonly number[] = [7, 30, 90],
): Feature[] {
  return lengths.map((days) =>
    feature({
      name: `${measure.name}_${days}d`,
      title: titled(days),
      source: 'player',
      family,
      shape: { kind: 'window', measure, days },
    }),
  )
}

/** Features of viewing: from the daily states, by day and by the moment at which they were known. */
export const viewingFeatures: readonly Feature[] = [
  ...windows(seconds, 'viewing_volume', (days) => ({
    ru: `Секунд просмотра за ${days} дней`,
    en: `Seconds watched in ${days} days`,
  })),
  ...windows(activeDays, 'viewing_frequency', (days) => ({
    ru: `Дней с просмотром за ${days} дней`,
    en: `Days with viewing in ${days} days`,
  })),
  ...windows(sessions, 'viewing_frequency', (days) => ({
    ru: `Сеансов за ${days} дней`,
    en: `Sessions in ${days} days`,
  })),
  feature({
    name: 'days_since_view',
    title: { ru: 'Дней с последнего просмотра', en: 'Days since the last viewing' },
    source: 'player',
    family: 'viewing_recency',
    shape: { kind: 'recency', measure: activeDays, days: 90 },
  }),
  feature({
    name: 'watch_ratio_7_30',
    title: { ru: 'Доля последних 7 дней в просмотре за 30', en: 'Share of the last 7 days in the viewing of 30' },
    source: 'player',
    family: 'viewing_trend',
    shape: { kind: 'ratio', over: { measure: seconds, days: 7 }, under: [{ measure: seconds, days: 30 }] },
  }),
  feature({
    name: 'watch_trend_14d',
    title: { ru: 'Изменение просмотра за две недели', en: 'Change of viewing from fortnight to fortnight' },
    source: 'player',
    family: 'viewing_trend',
    shape: { kind: 'trend', measure: seconds, days: 14 },
  }),
  feature({
    name: 'completion_rate_30d',
    title: { ru: 'Доля досмотренных сеансов за 30 дней', en: 'Share of sessions watched to the end in 30 days' },
    source: 'player',
    family: 'content_fit',
    shape: { kind: 'ratio', over: { measure: finished, days: 30 }, under: [{ measure: sessions, days: 30 }] },
  }),
  ...windows(
    titles,
    'content_breadth',
    () => ({ ru: 'Разных названий в день, сумма за 30 дней', en: 'Distinct titles a day, summed over 30 days' }),
    [30],
  ),
  feature({
    name: 'stall_share_30d',
    title: { ru: 'Доля ожидания загрузки за 30 дней', en: 'Share of time spent stalling in 30 days' },
    source: 'player',
    family: 'playback_quality',
    shape: {
      kind: 'ratio',
      over: { measure: stalled, days: 30 },
      under: [
        { measure: stalled, days: 30 },
        { measure: milliseconds, days: 30 },
      ],
    },
  }),
  feature({
    name: 'kids_share_30d',
    title: { ru: 'Доля детского в просмотре за 30 дней', en: 'Share of kids titles in the viewing of 30 days' },
    source: 'catalogue',
    family: 'content_mix',
    shape: { kind: 'ratio', over: { measure: kids, days: 30 }, under: [{ measure: seconds, days: 30 }] },
  }),
  feature({
    name: 'series_share_30d',
    title: { ru: 'Доля сериалов в просмотре за 30 дней', en: 'Share of series in the viewing of 30 days' },
    source: 'catalogue',
    family: 'content_mix',
    shape: { kind: 'ratio', over: { measure: series, days: 30 }, under: [{ measure: seconds, days: 30 }] },
  }),
  feature({
    name: 'platform_main',
    title: { ru: 'Главная платформа за 30 дней', en: 'Main platform in 30 days' },
    source: 'player',
    family: 'device',
    shape: { kind: 'top', codes: platforms, days: 30 },
  }),
]

function billing(name: string, family: string, ru: string, en: string, expression = `billing.${name}`): Feature {
  return feature({ name, title: { ru, en }, source: 'billing', family, shape: { kind: 'state', expression } })
}

/**
 * Features of billing: the state at t(D) as known at c(D). Names that the billing state has already are columns of the
 * snapshot anyway; they are not repeated there.
 */
export const billingFeatures: readonly Feature[] = [
  billing('tenure_days', 'tenure', 'Дней с начала подписки', 'Days since the subscription began'),
  billing('days_since_signup', 'tenure', 'Дней с первой подписки', 'Days since the first subscription'),
  billing('spell_no', 'tenure', 'Который раз подписан', 'How many times subscribed'),
  billing('days_to_end', 'renewal', 'Дней до конца оплаченного', 'Days until the paid period ends'),
  billing('auto_renew', 'renewal', 'Автопродление включено', 'Auto-renewal is on'),
  billing(
    'cancel_known',
    'renewal',
    'Есть заявка на отмену',
    'A cancellation has been asked for',
    'isNotNull(billing.cancel_requested_at)',
  ),
  billing('failed_payments_30d', 'payment', 'Неудачных списаний за 30 дней', 'Failed charges in 30 days'),
  billing('price_kopecks', 'price', 'Цена текущего периода, коп.', 'Price of the current period, kopecks'),
  billing('plan_days', 'plan', 'Длина тарифа, дней', 'Length of the plan, days'),
  billing('is_intro', 'plan', 'Пробный или вводный период', 'Trial or introductory period'),
]

/** All features of the first models. */
export const churnFeatures: readonly Feature[] = [...viewingFeatures, ...billingFeatures]
