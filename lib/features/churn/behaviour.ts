import { type Feature, feature, type Shape } from '../feature.ts'
import { over } from '../measure.ts'
import { sessions } from './viewing.ts'

const { sum, distinct } = over('behaviour')

/** What is measured on every day of web, app and TV use. */
const webDays = distinct('web_days', '1', `source = 'web'`)
const appSessions = distinct('app_sessions', 'session_id', `source = 'app'`)
const tvStarts = sum('tv_starts', '1', `source = 'tv' AND event = 'start'`)
const searches = sum('searches', '1', `event = 'search'`)
const cancelViews = sum('cancel_views', '1', `event = 'cancel'`)
const helpViews = sum('help_views', '1', `event = 'help'`)
const priceViews = sum('price_views', '1', `event = 'price'`)
const errors = sum('playback_errors', '1', `event = 'error'`)
const seenDays = distinct('seen_days', '1')

type Text = Feature['title']

function behaviour(name: string, family: string, shape: Shape, title: Text, description: Text): Feature {
  return feature({ name, title, description, source: 'behaviour', family, shape })
}

/** Features of what accounts do on the site, in the mobile apps and in the TV app. */
export const behaviourFeatures: readonly Feature[] = [
  behaviour(
    'web_days_30d',
    'web_activity',
    { kind: 'window', measure: webDays, days: 30 },
    { ru: 'Дней с визитом на сайт за 30 дней', en: 'Days with a visit to the site in 30 days' },
    {
      ru: 'В скольких из последних 30 дней на сайт заходили под этим аккаунтом.',
      en: 'On how many of the last 30 days the account visited the site.',
    },
  ),
  behaviour(
    'app_sessions_7d',
    'app_activity',
    { kind: 'window', measure: appSessions, days: 7 },
    { ru: 'Сеансов в приложении за 7 дней', en: 'App sessions in 7 days' },
    {
      ru: 'Сколько раз за последние 7 дней пользовались мобильным приложением.',
      en: 'Sessions in the mobile app in the last 7 days.',
    },
  ),
  behaviour(
    'app_sessions_30d',
    'app_activity',
    { kind: 'window', measure: appSessions, days: 30 },
    { ru: 'Сеансов в приложении за 30 дней', en: 'App sessions in 30 days' },
    {
      ru: 'Сколько раз за последние 30 дней пользовались мобильным приложением.',
      en: 'Sessions in the mobile app in the last 30 days.',
    },
  ),
  behaviour(
    'app_trend_14d',
    'app_activity',
    { kind: 'trend', measure: appSessions, days: 14 },
    {
      ru: 'Изменение пользования приложением за две недели',
      en: 'Change of app use from fortnight to fortnight',
    },
    {
      ru: 'Как изменилось число сеансов в приложении за последние 14 дней по сравнению с предыдущими 14: от −1 (прекратились) до 1 (начались).',
      en: 'How the number of app sessions changed in the last 14 days against the 14 before: from -1 (stopped) to 1 (began).',
    },
  ),
  behaviour(
    'tv_starts_30d',
    'tv_activity',
    { kind: 'window', measure: tvStarts, days: 30 },
    { ru: 'Запусков приложения на ТВ за 30 дней', en: 'Starts of the TV app in 30 days' },
    {
      ru: 'Сколько раз за последние 30 дней запускали приложение на телевизоре.',
      en: 'How often the app on a TV was started in the last 30 days.',
    },
  ),
  behaviour(
    'searches_30d',
    'search',
    { kind: 'window', measure: searches, days: 30 },
    { ru: 'Поисков за 30 дней', en: 'Searches in 30 days' },
    {
      ru: 'Сколько раз за последние 30 дней искали на сайте, в приложении и на телевизоре.',
      en: 'Searches on the site, in the app and on TV in the last 30 days.',
    },
  ),
  behaviour(
    'cancel_views_14d',
    'leaving_signals',
    { kind: 'window', measure: cancelViews, days: 14 },
    { ru: 'Заходов на страницу отмены за 14 дней', en: 'Visits to the cancellation page in 14 days' },
    {
      ru: 'Сколько раз за последние 14 дней открывали страницу отмены подписки на сайте или в приложении.',
      en: 'How often the cancellation page was opened on the site or in the app in the last 14 days.',
    },
  ),
  behaviour(
    'help_views_30d',
    'help',
    { kind: 'window', measure: helpViews, days: 30 },
    { ru: 'Заходов в справку за 30 дней', en: 'Visits to the help pages in 30 days' },
    {
      ru: 'Сколько раз за последние 30 дней открывали справку на сайте или в приложении.',
      en: 'How often help was opened on the site or in the app in the last 30 days.',
    },
  ),
  behaviour(
    'price_views_30d',
    'price_interest',
    { kind: 'window', measure: priceViews, days: 30 },
    { ru: 'Заходов на страницу цен за 30 дней', en: 'Visits to the price pages in 30 days' },
    {
      ru: 'Сколько раз за последние 30 дней смотрели цены и тарифы на сайте или в приложении.',
      en: 'How often prices and plans were looked at on the site or in the app in the last 30 days.',
    },
  ),
  behaviour(
    'playback_errors_30d',
    'playback_quality',
    { kind: 'window', measure: errors, days: 30 },
    { ru: 'Ошибок воспроизведения за 30 дней', en: 'Playback errors in 30 days' },
    {
      ru: 'Сколько ошибок воспроизведения было на телевизоре и в приложении за последние 30 дней.',
      en: 'Playback errors on TV and in the app in the last 30 days.',
    },
  ),
  behaviour(
    'days_since_seen',
    'presence',
    { kind: 'recency', measures: [seenDays, sessions], days: 90 },
    { ru: 'Дней с последнего появления', en: 'Days since the account was last seen' },
    {
      ru: 'Сколько дней аккаунт не появлялся нигде: ни на сайте, ни в приложениях, ни за просмотром; нет данных, если дольше 90 дней.',
      en: 'Days since the account was last seen anywhere, on the site, in the apps or watching; no data beyond 90 days.',
    },
  ),
]
