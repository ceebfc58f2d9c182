import type { Block } from './comparison-blocks.ts'
import { table } from './table.ts'

/** GitHub cuts a comment at 65,536 characters and refuses a step summary above 1 MiB; characters here may be 4 bytes. */
const MARKDOWN_BYTES = 60_000

const BETWEEN_NAMES = /\uE000([^\uE000]*)\uE000/g

/** The report on a change for a terminal. */
export function comparisonText(title: string, blocks: readonly Block[]): string {
  return [title, ...blocks.map(blockText)].join('\n')
}

function blockText(block: Block): string {
  const plain = (text: string) => text.replaceAll(BETWEEN_NAMES, '$1')
  switch (block.kind) {
    case 'line':
      return plain(block.text)
    case 'list':
      return [`${block.title}:`, ...block.items.map((item) => `  ${plain(item)}`)].join('\n')
    case 'table':
      return `${block.title}:\n${table(
        block.columns.map((column) => ({ ...column, title: column.title.toUpperCase() })),
        block.rows.map((row) => row.map(plain)),
      )}`
  }
}

/** The same as Markdown that fits GitHub's limits: what does not fit is counted. */
export function comparisonMarkdown(title: string, blocks: readonly Block[]): string {
  const parts = [`### ${title}`]
  let left = MARKDOWN_BYTES - Buffer.byteLength(title)
  for (const block of blocks) {
    const text = blockMarkdown(block, left)
    left -= Buffer.byteLength(text) + 2
    parts.push(text)
  }
  return parts.join('\n\n')
}

function blockMarkdown(block: Block, bytes: number): string {
  switch (block.kind) {
    case 'line':
      return marked(block.text)
    case 'list':
      return fitted(
        [`**${block.title}**`, ''],
        block.items.map((item) => `- ${oneLine(marked(item))}`),
        bytes,
        '- ',
      )
    case 'table': {
      const cells = (row: readonly string[]) => `| ${row.join(' | ')} |`
      const head = [
        `**${block.title}**`,
        '',
        cells(block.columns.map((column) => column.title)),
        cells(block.columns.map((column) => (column.align === 'right' ? '---:' : '---'))),
      ]
      const rows = block.rows.map((row) => cells(row.map((cell) => oneLine(marked(cell)).replaceAll('|', '\\|'))))
      return fitted(head, rows, bytes, '\n')
    }
  }
}

/** As many lines as fit, and how many do not. */
function fitted(head: readonly string[], lines: readonly string[], bytes: number, before: string): string {
  const shown: string[] = []
  let left = bytes - Buffer.byteLength(head.join('\n')) - ROOM_FOR_MORE
  for (const line of lines) {
    left -= Buffer.byteLength(line) + 1
    if (left < 0) break
    shown.push(line)
  }
  const rest = lines.length - shown.length
  const more =
    rest === 0 ? [] : [`${before}and ${rest.toLocaleString('en')} more, which \`ottok ci plan\` shows in full`]
  return [...head, ...shown, ...more].join('\n')
}

const ROOM_FOR_MORE = 200

function marked(text: string): string {
  return text.replaceAll(BETWEEN_NAMES, '`$1`')
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}
