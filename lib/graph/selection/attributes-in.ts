import type { AttributeSelection, Selection } from './syntax.ts'

/** Every attribute that an expression names, in the order of the text. */
export function attributesIn(selection: Selection): AttributeSelection[] {
  switch (selection.kind) {
    case 'attribute':
      return [selection]
    case 'everything':
      return []
    case 'and':
    case 'or':
      return selection.of.flatMap(attributesIn)
    default:
      return attributesIn(selection.of)
  }
}
