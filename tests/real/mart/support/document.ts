import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

const DOCUMENT = resolve(import.meta.dirname, '../../../../docs/mart.md')

export interface MartDocument {
  readonly text: string
  /** Statements of its `sql` blocks, in order. */
  readonly queries: readonly string[]
}

export async function martDocument(): Promise<MartDocument> {
  const text = await readFile(DOCUMENT, 'utf8')
  return { text, queries: [...text.matchAll(/```sql\n(.*?)```/gs)].map((found) => found[1]!.trim()) }
}

/** The table of columns as the document must have it. */
export function columnTable(columns: readonly { name: string; type: string; comment: string }[]): string {
  const lines = columns.map(({ name, type, comment }) => `| \`${name}\` | ${type} | ${comment} |`)
  return ['| column | type | meaning |', '| --- | --- | --- |', ...lines].join('\n')
}
