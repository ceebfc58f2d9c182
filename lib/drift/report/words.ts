import { escapeText } from './svg.ts'

/** A share for people: whole percents from 10% on. */
export function percentText(share: number | null): string {
  if (share === null) return 'none'
  return share !== 0 && Math.abs(share) < 0.0995 ? `${(share * 100).toFixed(1)}%` : `${Math.round(share * 100)}%`
}

export function numberText(value: number | null, digits: number): string {
  return value === null ? 'none' : value.toFixed(digits)
}

export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US').replaceAll(',', ' ')
}

/** What a calibration slope and a pair of mean score and base rate come to. */
export function calibrationWords(meanScore: number | null, baseRate: number | null): string {
  if (meanScore === null || baseRate === null || baseRate === 0) return 'not known yet'
  const off = meanScore / baseRate - 1
  if (Math.abs(off) <= 0.1) return 'right on the whole'
  return off > 0 ? `${Math.round(off * 100)}% too high` : `${Math.round(-off * 100)}% too low`
}

/** A heading, one line that explains, and what is under it. */
export function section(id: string, title: string, note: string, body: string): string {
  return `<section id="${id}"><h2>${escapeText(title)}</h2><p class="note">${escapeText(note)}</p>${body}</section>`
}

/** A chart with its title; where there is nothing to draw, the sentence that says why. */
export function figure(title: string, svg: string, empty: string): string {
  return `<figure><h3>${escapeText(title)}</h3>${svg === '' ? `<p class="note">${escapeText(empty)}</p>` : svg}</figure>`
}

/** A table; the first column is of text, the others of figures. */
export function table(id: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'th' | 'td'): string =>
    row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')
  return `<div class="scroll"><table id="${id}"><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table></div>`
}

/** What most readers can do without. */
export function folded(title: string, body: string): string {
  return `<details><summary>${escapeText(title)}</summary>${body}</details>`
}
