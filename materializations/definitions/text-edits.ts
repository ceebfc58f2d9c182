/** Replaces `[start, end)` of a text (UTF-16 offsets); `start === end` inserts. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Applies edits that do not overlap, in any order.
 * Insertions at one offset keep the order in which they were given.
 */
export function applyEdits(source: string, edits: readonly TextEdit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
  let result = ''
  let position = 0
  for (const edit of ordered) {
    result += source.slice(position, edit.start) + edit.text
    position = edit.end
  }
  return result + source.slice(position)
}

/** The 1-based line on which an offset lies. */
export function lineAt(source: string, offset: number): number {
  let line = 1
  for (let i = source.indexOf('\n'); i !== -1 && i < offset; i = source.indexOf('\n', i + 1)) line++
  return line
}
