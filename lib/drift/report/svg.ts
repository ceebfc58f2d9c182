/** Text for HTML and SVG. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A coordinate: a tenth of a pixel is enough, and keeps files small. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** Maps `[from, to]` onto pixels `[start, end]`; a range without width maps to its middle. */
export function scale([from, to]: readonly [number, number], [start, end]: readonly [number, number]) {
  return (value: number): number =>
    to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start)
}

/** Round numbers that cover `[low, high]` in about `count` steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count: number): number[] {
  if (high <= low) return [low]
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((multiple) => multiple * power >= rough) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** What a chart is for those who cannot see it. */
export function svgFrame(width: number, height: number, label: string, content: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(label)}" xmlns="http://www.w3.org/2000/svg">${content}</svg>`
}

export function textAt(x: number, y: number, text: string, options: { anchor?: string; kind?: string } = {}): string {
  const { anchor = 'start', kind = 'tick' } = options
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" class="${kind}">${escapeText(text)}</text>`
}

export function lineAt(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${kind}"/>`
}

/** Room around a plot. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Horizontal grid lines with labels to their left. */
export function yGrid(
  frame: Frame,
  y: (value: number) => number,
  at: readonly number[],
  text: (value: number) => string,
): string {
  return at
    .map(
      (value) =>
        lineAt(frame.left, y(value), frame.width - frame.right, y(value), 'grid') +
        textAt(frame.left - 6, y(value) + 4, text(value), { anchor: 'end' }),
    )
    .join('')
}
