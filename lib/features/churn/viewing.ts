import { type Feature, feature } from '../feature.ts'
import { type Measure, over } from '../measure.ts'

const { sum, distinct } = over('viewing')

/** What is measured on every day of viewing. */
const seconds = sum('watch_seconds', 'watched_s')
const activeDays = distinct('active_days', '1', 'watched_s > 0')
/** Any event of the player, also one without a second watched, belongs to a session. */
export const sessions = distinct('sessions', 'session_id')
const finished = distinct('finished', 'session_id', 'duration_s > 0 AND position_s * 10 >= duration_s * 9')
const titles = distinct('title_days', 'title_id', 'watched_s > 0')
const stalled = sum('stall_ms', 'stall_ms')
const kids = sum('kids_seconds', 'watched_s', `kind = 'kids'`)
const series = sum('series_seconds', 'watched_s', `kind = 'series'`)
const platforms = ['android', 'ios', 'web', 'tv'].map((code) => ({
  code,
  measure: sum(`${code}_seconds`, 'watched_s', `platform = '${code}'`),
}))

type Texts = Pick<Feature, 'title' | 'description'>

function windows(measure: Measure, family: string, texts: (days: number) => Texts, lengths = [7, 30, 90]): Feature[] {
  return lengths.map((days) =>
    feature({
      name: `${measure.name}_${days}d`,
      ...texts(days),
      source: 'player',
      family,
      shape: { kind: 'window', measure, days },
    }),
  )
}

/** Features of viewing: from the daily states, by day and by the moment at which they were known. */
export const viewingFeatures: readonly Feature[] = [
  ...windows(seconds, 'viewing_volume', (days) => ({
    title: { ru: `Секунд просмотра за ${days} дней`, en: `Seconds watched in ${days} days` },
    description: {
      ru: `Сколько секунд видео посмотрели на аккаунте за последние ${days} дней.`,
      en: `Seconds of video watched on the account in the last ${days} days.`,
    },
  })),
  ...windows(activeDays, 'viewing_frequency', (days) => ({
    title: { ru: `Дней с просмотром за ${days} дней`, en: `Days with viewing in ${days} days` },
    description: {
      ru: `В скольких из последних ${days} дней на аккаунте что-нибудь смотрели.`,
      en: `On how many of the last ${days} days anything was watched on the account.`,
    },
  })),
  ...windows(sessions, 'viewing_frequency', (days) => ({
    title: { ru: `Сеансов за ${days} дней`, en: `Sessions in ${days} days` },
    description: {
      ru: `Сколько сеансов просмотра было за последние ${days} дней.`,
      en: `Viewing sessions in the last ${days} days.`,
    },
  })),
  feature({
    name: 'days_since_view',
    title: { ru: 'Дней с последнего просмотра', en: 'Days since the last viewing' },
    description: {
      ru: 'Сколько дней прошло с последнего дня с просмотром; нет данных, если за 90 дней просмотров не было.',
      en: 'Days since the last day with viewing; no data when there was none in 90 days.',
    },
    source: 'player',
    family: 'viewing_recency',
    shape: { kind: 'recency', measures: [activeDays], days: 90 },
  }),
  feature({
    name: 'watch_ratio_7_30',
    title: { ru: 'Доля последних 7 дней в просмотре за 30', en: 'Share of the last 7 days in the viewing of 30' },
    description: {
      ru: 'Какая часть времени просмотра за 30 дней пришлась на последние 7 дней.',
      en: 'The part of the viewing time of 30 days that fell into the last 7 days.',
    },
    source: 'player',
    family: 'viewing_trend',
    shape: { kind: 'ratio', over: { measure: seconds, days: 7 }, under: [{ measure: seconds, days: 30 }] },
  }),
  feature({
    name: 'watch_trend_14d',
    title: { ru: 'Изменение просмотра за две недели', en: 'Change of viewing from fortnight to fortnight' },
    description: {
      ru: 'Как изменилось время просмотра за последние 14 дней по сравнению с предыдущими 14: от −1 (прекратился) до 1 (начался).',
      en: 'How viewing time changed in the last 14 days against the 14 before: from -1 (stopped) to 1 (began).',
    },
    source: 'player',
    family: 'viewing_trend',
    shape: { kind: 'trend', measure: seconds, days: 14 },
  }),
  feature({
    name: 'completion_rate_30d',
    title: { ru: 'Доля досмотренных сеансов за 30 дней', en: 'Share of sessions watched to the end in 30 days' },
    description: {
      ru: 'Какую часть сеансов за последние 30 дней досмотрели хотя бы до 90% длины.',
      en: 'The part of the sessions of the last 30 days that reached at least 90% of the title.',
    },
    source: 'player',
    family: 'content_fit',
    shape: { kind: 'ratio', over: { measure: finished, days: 30 }, under: [{ measure: sessions, days: 30 }] },
  }),
  ...windows(
    titles,
    'content_breadth',
    () => ({
      title: { ru: 'Разных названий в день, сумма за 30 дней', en: 'Distinct titles a day, summed over 30 days' },
      description: {
        ru: 'Сколько разных названий смотрели в каждый из последних 30 дней, в сумме по дням.',
        en: 'Distinct titles watched on each of the last 30 days, summed over the days.',
      },
    }),
    [30],
  ),
  feature({
    name: 'stall_share_30d',
    title: { ru: 'Доля ожидания загрузки за 30 дней', en: 'Share of time spent stalling in 30 days' },
    description: {
      ru: 'Какую часть времени у экрана за последние 30 дней заняло ожидание загрузки видео.',
      en: 'The part of the time before the screen in the last 30 days that went into waiting for video to load.',
    },
    source: 'player',
    family: 'playback_quality',
    shape: {
      kind: 'ratio',
      over: { measure: stalled, days: 30 },
      under: [
        { measure: stalled, days: 30 },
        { measure: seconds, days: 30, times: 1000 },
      ],
    },
  }),
  feature({
    name: 'kids_share_30d',
    title: { ru: 'Доля детского в просмотре за 30 дней', en: 'Share of kids titles in the viewing of 30 days' },
    description: {
      ru: 'Какую часть времени просмотра за последние 30 дней заняли детские названия.',
      en: 'The part of the viewing time of the last 30 days that went to titles for children.',
    },
    source: 'catalogue',
    family: 'content_mix',
    shape: { kind: 'ratio', over: { measure: kids, days: 30 }, under: [{ measure: seconds, days: 30 }] },
  }),
  feature({
    name: 'series_share_30d',
    title: { ru: 'Доля сериалов в просмотре за 30 дней', en: 'Share of series in the viewing of 30 days' },
    description: {
      ru: 'Какую часть времени просмотра за последние 30 дней заняли сериалы.',
      en: 'The part of the viewing time of the last 30 days that went to series.',
    },
    source: 'catalogue',
    family: 'content_mix',
    shape: { kind: 'ratio', over: { measure: series, days: 30 }, under: [{ measure: seconds, days: 30 }] },
  }),
  feature({
    name: 'platform_main',
    title: { ru: 'Главная платформа за 30 дней', en: 'Main platform in 30 days' },
    description: {
      ru: 'Платформа, на которой за последние 30 дней смотрели дольше всего.',
      en: 'The platform on which most was watched in the last 30 days.',
    },
    source: 'player',
    family: 'device',
    shape: { kind: 'top', codes: platforms, days: 30 },
  }),
]
