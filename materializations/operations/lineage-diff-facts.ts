import type { TableColumn } from '../lineage/asset-tables.ts'

/** One value that differs between two objects; null where there is none. */
export interface ValueChange {
  /** Keys from the top, joined by dots. */
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

/** Where two JSON values differ, key by key; lists are compared as wholes. */
export function valueChanges(from: unknown, to: unknown, path = ''): ValueChange[] {
  if (!isObject(from) || !isObject(to)) {
    return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from: from ?? null, to: to ?? null }]
  }
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  return keys.flatMap((key) => valueChanges(from[key], to[key], path === '' ? key : `${path}.${key}`))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What differs between the columns of two schemas. */
export interface ColumnChanges {
  readonly added: readonly TableColumn[]
  readonly removed: readonly TableColumn[]
  readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[]
}

export function columnChanges(from: readonly TableColumn[], to: readonly TableColumn[]): ColumnChanges {
  const before = new Map(from.map(({ name, type }) => [name, type]))
  const after = new Set(to.map(({ name }) => name))
  return {
    added: to.filter(({ name }) => !before.has(name)),
    removed: from.filter(({ name }) => !after.has(name)),
    retyped: to.flatMap(({ name, type }) => {
      const old = before.get(name)
      return old === undefined || old === type ? [] : [{ name, from: old, to: type }]
    }),
  }
}
