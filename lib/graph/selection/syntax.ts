/** Syntax tree of a selection: plain frozen data. */
export type Selection =
  | { readonly kind: 'everything' }
  | AttributeSelection
  | { readonly kind: 'not'; readonly of: Selection }
  /** Two members or more, as they were written between one pair of parentheses. */
  | { readonly kind: 'and' | 'or'; readonly of: readonly Selection[] }
  /** Layers upstream and downstream; 0: none, Infinity: all. */
  | { readonly kind: 'traverse'; readonly of: Selection; readonly up: number; readonly down: number }
  | { readonly kind: 'sinks' | 'roots'; readonly of: Selection }

export interface AttributeSelection {
  readonly kind: 'attribute'
  readonly name: AttributeName
  readonly value: string
}

export const ATTRIBUTES = ['key', 'tag', 'owner', 'group', 'kind', 'is', 'partitions', 'status', 'changed'] as const
export type AttributeName = (typeof ATTRIBUTES)[number]

export const OPERATORS = ['and', 'or', 'not'] as const
export type Operator = (typeof OPERATORS)[number]

export const FUNCTIONS = ['sinks', 'roots'] as const

/** What `status:` asks for: at least one partition in that state; `fresh`: all of them. */
export const STATUSES = ['fresh', 'stale', 'missing', 'failed'] as const
export type StatusWord = (typeof STATUSES)[number]

/** What `is:` asks for: how an asset comes to exist. */
export const SHAPES = ['materializable', 'external', 'sql', 'function', 'effect'] as const
export type ShapeWord = (typeof SHAPES)[number]

/** What `partitions:` asks for. An asset of two dimensions is of both kinds, and `cross`. */
export const PARTITIONINGS = [
  'none',
  'fixed',
  'dynamic',
  'hourly',
  'daily',
  'weekly',
  'monthly',
  'cron',
  'cross',
] as const
export type PartitioningWord = (typeof PARTITIONINGS)[number]

/** Attributes whose values are a closed list: another value is an error of syntax, not an empty selection. */
export const CLOSED: Partial<Readonly<Record<AttributeName, readonly string[]>>> = {
  is: SHAPES,
  partitions: PARTITIONINGS,
  status: STATUSES,
}

export interface Token {
  readonly kind: 'word' | 'quoted' | '(' | ')' | ':' | '+' | 'end'
  readonly text: string
  /** Offset in the expression, for the caret. */
  readonly at: number
}
