import { type CalibrationPoint, foundAt, type GainPoint } from '../quality/index.ts'
import { escapeText, type Frame, lineAt, px, scale, svgFrame, textAt, ticks, yGrid } from './svg.ts'

const frame: Frame = { width: 560, height: 320, left: 52, right: 16, top: 14, bottom: 44 }
const percentText = (share: number): string => `${Math.round(share * 100)}%`

/** What was said against what came, by tenths of the accounts; points on the diagonal are right. */
export function calibrationChart(points: readonly CalibrationPoint[], label: string): string {
  if (points.length === 0) return ''
  const most = Math.min(
    1,
    Math.max(...points.flatMap(({ predicted, observed }) => [predicted, observed])) * 1.08 + 0.01,
  )
  const { x, y } = axes(most)
  const dots = points.map(({ predicted, observed, rows }) => {
    // Two standard errors of a share: what chance alone does to a point that is right.
    const spread = 1.96 * Math.sqrt((observed * (1 - observed)) / rows)
    const [low, high] = [Math.max(0, observed - spread), Math.min(most, observed + spread)]
    return `${lineAt(x(predicted), y(low), x(predicted), y(high), 'whisker tone1')}<circle cx="${px(x(predicted))}" cy="${px(y(observed))}" r="4" class="dot tone1"><title>${escapeText(`said ${percentText(predicted)}, left ${percentText(observed)}, ${rows} accounts`)}</title></circle>`
  })
  const path = points.map(
    ({ predicted, observed }, i) => `${i === 0 ? 'M' : 'L'}${px(x(predicted))} ${px(y(observed))}`,
  )
  return svgFrame(
    frame.width,
    frame.height,
    label,
    `${grid(most, 'predicted chance of leaving', 'share that left')}${lineAt(x(0), y(0), x(most), y(most), 'ideal')}<path d="${path.join('')}" class="line tone1"/>${dots.join('')}`,
  )
}

/** Share of all leavers among the riskiest accounts; the diagonal is calling accounts at random. */
export function gainChart(points: readonly GainPoint[], label: string): string {
  if (points.length === 0) return ''
  const { x, y } = axes(1)
  const path = points.map(({ share, found }, i) => `${i === 0 ? 'M' : 'L'}${px(x(share))} ${px(y(found))}`)
  const tenth = foundAt(points, 0.1)
  const mark =
    tenth === null
      ? ''
      : `${lineAt(x(0.1), y(0), x(0.1), y(tenth), 'mark')}<circle cx="${px(x(0.1))}" cy="${px(y(tenth))}" r="4" class="dot tone1"/>${textAt(x(0.1) + 10, y(tenth) + 16, `10% of accounts: ${percentText(tenth)} of leavers`, { kind: 'name' })}`
  return svgFrame(
    frame.width,
    frame.height,
    label,
    `${grid(1, 'share of accounts, riskiest first', 'share of leavers found')}${lineAt(x(0), y(0), x(1), y(1), 'ideal')}<path d="${path.join('')}" class="line tone1"/>${mark}`,
  )
}

/** Accounts by score, as bars of equal width from 0 to 1. */
export function histogram(counts: readonly number[], label: string): string {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0) return ''
  const short: Frame = { ...frame, height: 220 }
  const most = Math.max(...counts) / all
  const y = scale([0, most * 1.05], [short.height - short.bottom, short.top])
  const x = scale([0, 1], [short.left, short.width - short.right])
  const step = 1 / counts.length
  const bars = counts.map((count, i) => {
    const from = x(i * step)
    return `<rect x="${px(from + 1)}" y="${px(y(count / all))}" width="${px(x(step) - x(0) - 2)}" height="${px(y(0) - y(count / all))}" class="bar tone1"><title>${escapeText(`${percentText(i * step)} to ${percentText((i + 1) * step)}: ${count} accounts`)}</title></rect>`
  })
  const labels = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) =>
    textAt(x(value), short.height - short.bottom + 16, percentText(value), { anchor: 'middle' }),
  )
  return svgFrame(
    short.width,
    short.height,
    label,
    yGrid(short, y, ticks(0, most, 4), percentText) +
      bars.join('') +
      labels.join('') +
      textAt((short.left + short.width) / 2, short.height - 8, 'chance of leaving within 30 days', {
        anchor: 'middle',
      }),
  )
}

function axes(most: number) {
  return {
    x: scale([0, most], [frame.left, frame.width - frame.right]),
    y: scale([0, most], [frame.height - frame.bottom, frame.top]),
  }
}

function grid(most: number, below: string, beside: string): string {
  const { x, y } = axes(most)
  const at = ticks(0, most, 5)
  const base = frame.height - frame.bottom
  return (
    yGrid(frame, y, at, percentText) +
    at.map((value) => textAt(x(value), base + 16, percentText(value), { anchor: 'middle' })).join('') +
    textAt((frame.left + frame.width) / 2, frame.height - 8, below, { anchor: 'middle' }) +
    textAt(frame.left + 6, frame.top + 10, beside)
  )
}
