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
  for (const [key, source] of sourcesOf(lineage)) {
    const line = `  ${key.padEnd(26)} ${extent(source)}`
    lines.push(words(line, line))
  }
  return lines
}

/** Partitions of one asset that data came from. */
interface Source {
  readonly first: string
  readonly last: string
  readonly count: number
}

/** The assets that nothing in the graph was made before: where the data came from. A wide window is one range node. */
function sourcesOf({ nodes, edges }: LineageGraph): readonly (readonly [key: string, partitions: Source])[] {
  const made = new Set(edges.map(({ to }) => to))
  const sources = new Map<string, Source>()
  for (const { id, key, partition, range } of nodes) {
    if (made.has(id)) continue
    const { first, last, count } = range ?? { first: partition, last: partition, count: 1 }
    const known = sources.get(key)
    sources.set(key, {
      first: known && known.first < first ? known.first : first,
      last: known && known.last > last ? known.last : last,
      count: count + (known?.count ?? 0),
    })
  }
  return [...sources].sort(([a], [b]) => (a < b ? -1 : 1))
}

function extent({ first, last, count }: Source): string {
  return first === last ? first : `${first} .. ${last} (${count})`
}
