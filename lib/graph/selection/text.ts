import type { Selection } from './syntax.ts'

/** An expression that parses to this very tree, with no parentheses but those that it needs. */
export function selectionText(selection: Selection): string {
  switch (selection.kind) {
    case 'everything':
      return '*'
    case 'attribute':
      return `${selection.name}:${valueText(selection.value)}`
    case 'not':
      return `not ${within(selection.of, ['and', 'or'])}`
    case 'and':
      return selection.of.map((one) => within(one, ['and', 'or'])).join(' and ')
    case 'or':
      return selection.of.map((one) => within(one, ['or'])).join(' or ')
    case 'traverse': {
      const { up, down } = selection
      const before = up === 0 ? '' : `${Number.isFinite(up) ? up : ''}+`
      const after = down === 0 ? '' : `+${Number.isFinite(down) ? down : ''}`
      return `${before}${within(selection.of, ['and', 'or', 'not', 'traverse'])}${after}`
    }
    case 'sinks':
    case 'roots':
      return `${selection.kind}(${selectionText(selection.of)})`
  }
}

function within(selection: Selection, bracketed: readonly Selection['kind'][]): string {
  const text = selectionText(selection)
  return bracketed.includes(selection.kind) ? `(${text})` : text
}

/** Bare where a bare word says the same. No value holds both kinds of quotes: there is no way to write one. */
function valueText(value: string): string {
  if (/^[^\s():+"']+$/.test(value)) return value
  return value.includes('"') ? `'${value}'` : `"${value}"`
}
