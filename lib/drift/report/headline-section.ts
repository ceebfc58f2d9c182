import { scoredShare } from '../alerts/index.ts'
import { addBins, type DayQuality, foundAt, gainPoints, type Headline } from '../quality/index.ts'
import type { ReportData, SegmentReport } from './report-data.ts'
import { escapeText } from './svg.ts'
import { calibrationWords, countText, numberText, percentText } from './words.ts'

/** What a manager reads first: is it healthy, what is wrong, how good is it. */
export function headlineSection(data: ReportData): string {
  return `${banner(data)}<div class="cards">${data.segments.map((segment) => card(segment)).join('')}</div>`
}

function banner({ alerts, coverage }: ReportData): string {
  const act = alerts.filter(({ severity }) => severity === 'act').length
  const watch = alerts.length - act
  const today = coverage.at(-1)
  const all = today ? Object.values(today.accounts).reduce((sum, count) => sum + count, 0) : 0
  const scored = today
    ? `${countText(today.accounts.scored ?? 0)} of ${countText(all)} accounts have a score that may be acted on (${percentText(scoredShare(today))}).`
    : ''
  const state = act > 0 ? 'act' : watch > 0 ? 'watch' : 'good'
  const verdict =
    state === 'act'
      ? `${act} ${act === 1 ? 'thing needs' : 'things need'} attention${watch > 0 ? `, ${watch} to watch` : ''}.`
      : state === 'watch'
        ? `Healthy; ${watch} ${watch === 1 ? 'thing' : 'things'} to watch.`
        : 'Healthy: nothing needs attention.'
  const list = alerts.map(
    ({ severity, text }) =>
      `<li><span class="tag ${severity}">${severity === 'act' ? '▲ act' : '● watch'}</span> ${escapeText(text)}</li>`,
  )
  const shown = list.length > 0 ? `<ul class="alerts">${list.slice(0, shownAlerts).join('')}</ul>` : ''
  const rest =
    list.length > shownAlerts
      ? `<details><summary>${list.length - shownAlerts} more</summary><ul class="alerts">${list.slice(shownAlerts).join('')}</ul></details>`
      : ''
  return `<div class="banner ${state}" id="verdict"><strong>${verdict}</strong> ${scored}${shown}${rest}</div>`
}

/** The most urgent stand open; a page of alerts is read by nobody. */
const shownAlerts = 8

/** Days that the headlines of a segment are of. */
export function judgedDays({ days, judgedBy }: SegmentReport): DayQuality[] {
  return days.filter(({ series, group }) => series === judgedBy && group === 'all')
}

function card(segment: SegmentReport): string {
  const days = judgedDays(segment)
  const of = (group: Headline['group']): Headline | undefined => segment.headlines.find((one) => one.group === group)
  const sum = (what: (day: DayQuality) => number): number => days.reduce((total, day) => total + what(day), 0)
  const rows = sum((day) => day.rows)
  const base = rows > 0 ? sum((day) => day.positives) / rows : null
  const mean = rows > 0 ? sum((day) => day.rows * (day.meanScore ?? 0)) / rows : null
  const tenth = foundAt(gainPoints(addBins(days.map(({ bins }) => bins))), 0.1)
  const today = segment.estimates.at(-1)
  const entries: [string, string, string][] = [
    ['Ranking (ROC-AUC)', aucText(of('all')), intervalText(of('all'))],
    ['Ranking, due accounts', aucText(of('due')), intervalText(of('due'))],
    ['Ranking, undecided', aucText(of('undecided')), intervalText(of('undecided'))],
    ['Riskiest tenth holds', percentText(tenth), 'of all who leave'],
    ['Probabilities', calibrationWords(mean, base), `said ${percentText(mean)}, left ${percentText(base)}`],
    [
      'Scores made today',
      today ? countText(today.rows) : 'none',
      today ? `mean score ${percentText(today.meanScore)}` : '',
    ],
  ]
  const source =
    segment.judgedBy === 'live'
      ? `scores given out on ${extent(days)}`
      : `the model on ${extent(days)}, days that it never saw; no score given out has a known outcome yet`
  return `<div class="card" id="card-${segment.segment}"><h3>${escapeText(title(segment.segment))}</h3><p class="note">Judged by ${escapeText(source)}.</p><dl class="figures">${entries
    .map(
      ([name, value, small]) =>
        `<div><dt>${escapeText(name)}</dt><dd${value.length > 8 ? ' class="words"' : ''}>${escapeText(value)}<small>${escapeText(small)}</small></dd></div>`,
    )
    .join('')}</dl></div>`
}

function aucText(headline: Headline | undefined): string {
  return numberText(headline?.rocAuc?.value ?? null, 3)
}

function intervalText(headline: Headline | undefined): string {
  if (!headline?.rocAuc) return `${headline?.positives ?? 0} leavers: too few`
  return `95%: ${headline.rocAuc.low.toFixed(3)} to ${headline.rocAuc.high.toFixed(3)}`
}

/** A segment as a title. */
export function title(segment: string): string {
  return `${segment.slice(0, 1).toUpperCase()}${segment.slice(1)} accounts`
}

export function extent(days: readonly { readonly day: string }[]): string {
  const [first] = days
  const last = days.at(-1)
  if (!first || !last) return 'no day'
  return first.day === last.day ? first.day : `${first.day} to ${last.day}`
}
