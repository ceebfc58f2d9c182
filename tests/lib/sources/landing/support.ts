/** Day files of a test, read as the object store reads landed days. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RowMapping, readAs } from '../../../../lib/sources/landing/index.ts'

/** Writes one file for each day and returns a table expression over them, with `day`. */
export function landedDays(
  folder: string,
  mapping: RowMapping,
  days: Readonly<Record<string, string | Uint8Array>>,
): string {
  mkdirSync(folder, { recursive: true })
  for (const [day, content] of Object.entries(days)) writeFileSync(join(folder, `${day}.landed`), content)
  const { format, structure } = readAs(mapping.format)
  const pattern = join(folder, `{${Object.keys(days).join(',')},none}.landed`)
  return `(SELECT *, toDate(substring(_file, 1, 10)) AS day FROM file('${pattern}', '${format}', '${structure?.replaceAll("'", "\\'")}'))`
}
