import { escapeText, lineAt, px, scale, svgFrame, textAt } from './svg.ts'

export interface Bar {
  readonly name: string
  readonly value: number
  /** Written behind the bar. */
  readonly text: string
  /** 1 to 6: colour of the bar. */
  readonly tone: number
}

export interface BarChart {
  readonly label: string
  readonly bars: readonly Bar[]
  /** Values that a line across all bars marks, with what they mean. */
  readonly marks: readonly { readonly value: number; readonly name: string }[]
  /** Longer bars end here, so that one of them does not make the others dots; their text says how long they are. */
  readonly longest?: number
}

const width = 620
const left = 284
const right = 128
const row = 24

/** Named values as horizontal bars from 0. */
export function barChart({ label, bars, marks, longest = Number.POSITIVE_INFINITY }: BarChart): string {
  const top = marks.length > 0 ? 22 : 6
  const height = top + bars.length * row + 6
  const shown = (value: number): number => Math.min(value, longest)
  const most = Math.max(1e-9, ...bars.map(({ value }) => shown(value)), ...marks.map(({ value }) => value))
  const x = scale([0, most], [left, width - right])
  const drawn = bars.map(({ name, value, text, tone }, i) => {
    const y = top + i * row
    return `${textAt(left - 8, y + 16, shortened(name), { anchor: 'end', kind: 'name' })}<rect x="${left}" y="${y + 4}" width="${px(Math.max(1, x(shown(value)) - left))}" height="${row - 8}" class="bar tone${tone}"><title>${escapeText(`${name}: ${text}`)}</title></rect>${textAt(x(shown(value)) + 6, y + 16, value > longest ? `» ${text}` : text)}`
  })
  const lines = marks.map(
    ({ value, name }) =>
      lineAt(x(value), top - 2, x(value), height - 4, 'mark') + textAt(x(value), top - 8, name, { anchor: 'middle' }),
  )
  return svgFrame(width, height, label, lines.join('') + drawn.join(''))
}

/** What fits beside the bars; the whole name is in the bar's tooltip. */
function shortened(name: string): string {
  return name.length > 42 ? `${name.slice(0, 41)}…` : name
}
