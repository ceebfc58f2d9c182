/** Syntax tree of a selection: plain frozen data. */
export type Selection =
  | { readonly kind: 'everything' }
  | { readonly kind: 'attribute'; readonly name: AttributeName; readonly value: string }
  | { readonly kind: 'not'; readonly of: Selection }
  | { readonly kind: 'and' | 'or'; readonly left: Selection; readonly right: Selection }
  /** Layers upstream and downstream; 0: none, Infinity: all. */
  | { readonly kind: 'traverse'; readonly of: Selection; readonly up: number; readonly down: number }
  | { readonly kind: 'sinks' | 'roots'; readonly of: Selection }

export const ATTRIBUTES = ['key', 'tag', 'owner', 'group', 'kind'] as const
export type AttributeName = (typeof ATTRIBUTES)[number]

export const OPERATORS = ['and', 'or', 'not'] as const

export interface Token {
  readonly kind: 'word' | 'quoted' | '(' | ')' | ':' | '+' | 'end'
  readonly text: string
  /** Offset in the expression, for the caret. */
  readonly at: number
}
