import type { LineageGraph } from '../config/module-command.ts'
import { date } from '../explain/phrases/quantities.ts'
import { type Words, words } from '../explain/phrases/words.ts'
import { lineageWords } from './explain-lineage.ts'
import type { MartReason, MartRow } from './explain-row.ts'
import { actionWords, headings, riskWords, whoWords } from './explain-words.ts'

const WIDTH = 80
const NO_REASON = words('Ни одна причина не выделяется.', 'No reason stands out.')

/** What is told of one subscriber, as a support agent would say it, and below it the way back for engineers. */
export function explainText(
  row: MartRow,
  reasons: readonly MartReason[],
  offer: Words | undefined,
  lineage: LineageGraph,
  language: 'ru' | 'en',
): string {
  const { raises, lowers } = headings(row)
  const listed = (heading: Words, direction: string): readonly string[] => {
    const chosen = reasons.filter((reason) => reason.direction === direction)
    return chosen.length === 0 ? [] : [heading[language], ...chosen.map(({ text }) => wrapped(text, '  - ', '    '))]
  }
  const lists =
    row.risk_band === 'low'
      ? [listed(lowers, 'lowers'), listed(raises, 'raises')]
      : [listed(raises, 'raises'), listed(lowers, 'lowers')]
  const day = dayWords(row.snapshot_day)
  const made = words(
    `Для инженеров (данные за ${day.ru} включительно; целиком: --json):`,
    `For engineers (data up to and including ${day.en}; in full: --json):`,
  )
  return [
    wrapped(whoWords(row)[language]),
    wrapped(riskWords(row)[language]),
    ...(lists.flat().length > 0 || row.churn_probability === null ? lists.flat() : [NO_REASON[language]]),
    wrapped(actionWords(row, offer)[language]),
    '',
    made[language],
    ...lineageWords(row, lineage).map((line) => line[language]),
  ].join('\n')
}

function dayWords(day: string): Words {
  const { ru, en } = date(day)
  return words(`${ru} ${day.slice(0, 4)} года`, `${en} ${day.slice(0, 4)}`)
}

/** Breaks a text between words so that no line is longer than the screen. */
function wrapped(text: string, first = '', next = ''): string {
  const lines: string[] = []
  let line = first
  let empty = true
  // A sum and its sign stay together.
  for (const word of text.replaceAll(' ₽', '\u00a0₽').split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = next
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line].join('\n').replaceAll('\u00a0', ' ')
}
