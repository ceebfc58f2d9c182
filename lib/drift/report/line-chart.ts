import { escapeText, type Frame, lineAt, px, scale, svgFrame, textAt, ticks, yGrid } from './svg.ts'

/** A point of a line; days without a value break it. */
export interface DayPoint {
  /** `YYYY-MM-DD`. */
  readonly day: string
  readonly value: number | null
  readonly low?: number | null
  readonly high?: number | null
}

/** A line with, where points say so, the band of its uncertainty. `tone` 1 to 6 picks colour and dashes. */
export interface Line {
  readonly name: string
  readonly tone: number
  readonly points: readonly DayPoint[]
}

export interface LineChart {
  readonly label: string
  readonly lines: readonly Line[]
  /** Always within the plot, e.g. the 0.5 of guessing. */
  readonly include: readonly number[]
  readonly text: (value: number) => string
}

const frame: Frame = { width: 560, height: 250, left: 46, right: 14, top: 12, bottom: 46 }

/** Values by day. */
export function lineChart({ label, lines, include, text }: LineChart): string {
  const days = [...new Set(lines.flatMap(({ points }) => points.map(({ day }) => day)))].sort()
  const values = lines.flatMap(({ points }) =>
    points.flatMap(({ value, low, high }) =>
      [value, low, high].filter((one): one is number => typeof one === 'number'),
    ),
  )
  if (values.length === 0) return ''
  const range = [Math.min(...values, ...include), Math.max(...values, ...include)] as const
  const spare = Math.max((range[1] - range[0]) * 0.06, 1e-6)
  const y = scale([range[0] - spare, range[1] + spare], [frame.height - frame.bottom, frame.top])
  const x = scale([0, Math.max(1, days.length - 1)], [frame.left + 10, frame.width - frame.right - 10])
  const at = new Map(days.map((day, index) => [day, days.length === 1 ? (frame.left + frame.width) / 2 : x(index)]))
  const parts = lines.map((line) => drawLine(line, at, y))
  return svgFrame(
    frame.width,
    frame.height,
    label,
    yGrid(frame, y, ticks(range[0], range[1], 5), text) + dayAxis(days, at) + parts.join('') + legend(lines),
  )
}

function drawLine({ points, tone, name }: Line, at: ReadonlyMap<string, number>, y: (value: number) => number): string {
  const banded = points.filter(({ low, high }) => typeof low === 'number' && typeof high === 'number')
  const edge = (of: 'low' | 'high', from: readonly DayPoint[]): string =>
    from.map((point) => `${px(at.get(point.day)!)},${px(y(point[of]!))}`).join(' ')
  const band =
    banded.length > 1
      ? `<polygon points="${edge('low', banded)} ${edge('high', [...banded].reverse())}" class="band tone${tone}"/>`
      : banded.map((p) => lineAt(at.get(p.day)!, y(p.low!), at.get(p.day)!, y(p.high!), `whisker tone${tone}`)).join('')
  let path = ''
  let pen = 'M'
  for (const { day, value } of points) {
    if (value !== null) path += `${pen}${px(at.get(day)!)} ${px(y(value))}`
    pen = value === null ? 'M' : 'L'
  }
  const dots = points
    .filter(({ value }) => value !== null)
    .map(
      ({ day, value }) =>
        `<circle cx="${px(at.get(day)!)}" cy="${px(y(value!))}" r="3" class="dot tone${tone}"><title>${escapeText(`${name}, ${day}: ${value!.toFixed(3)}`)}</title></circle>`,
    )
  return `${band}<path d="${path}" class="line tone${tone}"/>${dots.join('')}`
}

/** Some of the days below the plot, the first and the last among them. */
function dayAxis(days: readonly string[], at: ReadonlyMap<string, number>): string {
  const step = Math.max(1, Math.ceil(days.length / 6))
  const base = frame.height - frame.bottom
  const shown = days.filter((_, i) => (days.length - 1 - i) % step === 0)
  return (
    lineAt(frame.left, base, frame.width - frame.right, base, 'axis') +
    shown.map((day) => textAt(at.get(day)!, base + 16, day.slice(5), { anchor: 'middle' })).join('')
  )
}

function legend(lines: readonly Line[]): string {
  let left = frame.left
  const entries: string[] = []
  for (const { name, tone } of lines) {
    const base = frame.height - 8
    entries.push(lineAt(left, base - 4, left + 22, base - 4, `line tone${tone}`) + textAt(left + 27, base, name))
    left += 40 + name.length * 6.4
  }
  return entries.join('')
}
