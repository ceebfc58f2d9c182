import type { LineageGraph } from '../config/module-command.ts'
import { type Words, words } from '../explain/phrases/words.ts'
import type { MartRow } from './explain-row.ts'

/** The way back for engineers in a few lines: what was made when, by which code, from which raw partitions. */
export function lineageWords(row: MartRow, lineage: LineageGraph): readonly Words[] {
  const root = lineage.nodes.find((node) => node.id === lineage.root)
  const lines: Words[] = []
  if (root) {
    const made = [root.madeAt, root.runId === null ? undefined : `run ${root.runId}`]
      .filter((part) => !!part)
      .join(', ')
    lines.push(words(`  ${root.key}@${root.partition}  ${made}`, `  ${root.key}@${root.partition}  ${made}`))
  }
  const versions = [
    row.model_version === null ? undefined : `model ${row.model_version}`,
    row.feature_version === null ? undefined : `features ${row.feature_version.slice(0, 16)}`,
  ].filter((part) => part !== undefined)
  if (versions.length > 0) lines.push(words(`  ${versions.join(', ')}`, `  ${versions.join(', ')}`))
  for (const [key, days] of sourcesOf(lineage)) {
    const line = `  ${key.padEnd(26)} ${extent(days)}`
    lines.push(words(line, line))
  }
  return lines
}

/** Partitions of the assets that nothing in the graph was made before: where the data came from. */
function sourcesOf({ nodes, edges }: LineageGraph): readonly (readonly [key: string, partitions: readonly string[]])[] {
  const made = new Set(edges.map(({ to }) => to))
  const sources = new Map<string, string[]>()
  for (const node of nodes) {
    if (made.has(node.id)) continue
    const known = sources.get(node.key)
    if (known === undefined) sources.set(node.key, [node.partition])
    else known.push(node.partition)
  }
  return [...sources].sort(([a], [b]) => (a < b ? -1 : 1))
}

function extent(partitions: readonly string[]): string {
  const sorted = [...new Set(partitions)].sort()
  const [first] = sorted
  const last = sorted.at(-1)
  return first === last ? (first ?? '') : `${first} .. ${last} (${sorted.length})`
}
