import { escapeText, type Frame, lineAt, px, scale, svgFrame, textAt, yGrid } from './svg.ts'

/** What a day's whole is made of, in one order for all days. */
export interface StackedDay {
  readonly day: string
  readonly parts: readonly number[]
}

const frame: Frame = { width: 1140, height: 250, left: 46, right: 14, top: 12, bottom: 52 }

/** Shares of each day's whole, as stacked bars. `names` are those of the parts; part i has tone i + 1. */
export function stackChart(days: readonly StackedDay[], names: readonly string[], label: string): string {
  if (days.length === 0) return ''
  const base = frame.height - frame.bottom
  const y = scale([0, 1], [base, frame.top])
  const slot = (frame.width - frame.left - frame.right) / days.length
  const wide = Math.min(56, slot * 0.8)
  const step = Math.max(1, Math.ceil(days.length / 12))
  const bars = days.map(({ day, parts }, i) => {
    const all = parts.reduce((sum, part) => sum + part, 0)
    const middle = frame.left + (i + 0.5) * slot
    let below = 0
    const drawn = parts.map((part, k) => {
      const top = below + part / Math.max(1, all)
      const rect = `<rect x="${px(middle - wide / 2)}" y="${px(y(top))}" width="${px(wide)}" height="${px(y(below) - y(top))}" class="bar tone${k + 1}"><title>${escapeText(`${day}, ${names[k]}: ${part}`)}</title></rect>`
      below = top
      return part > 0 ? rect : ''
    })
    const shown =
      (days.length - 1 - i) % step === 0 ? textAt(middle, base + 16, day.slice(5), { anchor: 'middle' }) : ''
    return drawn.join('') + shown
  })
  let left = frame.left
  const legend = names.map((name, k) => {
    const entry = `<rect x="${px(left)}" y="${frame.height - 18}" width="12" height="12" class="bar tone${k + 1}"/>${textAt(left + 17, frame.height - 8, name)}`
    left += 34 + name.length * 6.6
    return entry
  })
  const grid = yGrid(frame, y, [0, 0.25, 0.5, 0.75, 1], (share) => `${Math.round(share * 100)}%`)
  const axis = lineAt(frame.left, base, frame.width - frame.right, base, 'axis')
  return svgFrame(frame.width, frame.height, label, grid + axis + bars.join('') + legend.join(''))
}
