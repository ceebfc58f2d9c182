import { dirname, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isWorthParsing, parseModule } from './module-syntax.ts'
import { applyEdits, lineAt, type TextEdit } from './text-edits.ts'

/** Where an asset was declared; the loader gives it to the factories as their second argument. */
export interface SourcePlace {
  /** Path relative to the folder of the definitions file, with `/`. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** Name of the top-level `const` that holds the asset; null when a function or a loop made it. */
  readonly binding: string | null
  readonly exported: boolean
}

/**
 * The text of one source file with the place of each asset declaration written into it.
 *
 * `import.meta.url`, `.filename` and `.dirname` become those of the source file, since the bundle lives elsewhere.
 * No line moves, so the source map stays exact by line.
 */
export function injectSource(file: string, source: string, folder: string): string {
  if (!isWorthParsing(source)) return source
  const syntax = parseModule(file, source)
  if (syntax === null) return source
  const edits: TextEdit[] = []
  for (const { node, binding, exported } of syntax.factoryCalls) {
    const [spec] = node.arguments
    if (node.arguments.length !== 1 || spec === undefined || spec.type === 'SpreadElement') continue
    const place: SourcePlace = {
      file: relative(folder, file).replaceAll('\\', '/'),
      line: lineAt(source, node.start),
      binding,
      exported,
    }
    edits.push({ start: spec.end, end: spec.end, text: `, ${JSON.stringify(place)}` })
  }
  const meta = { url: pathToFileURL(file).href, filename: file, dirname: dirname(file) }
  for (const { start, end, property } of syntax.metaReads) {
    edits.push({ start, end, text: JSON.stringify(meta[property]) })
  }
  return applyEdits(source, edits)
}
