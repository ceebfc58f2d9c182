import type { Graph } from '../../lib/graph/index.ts'
import { addDynamicKeys, removeDynamicKeys } from '../lineage/dynamic-partitions.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { requireKeys, requireName } from '../operations/dynamic-partitions.ts'

/**
 * Keys of dynamic partitions that one attempt at a step adds and removes. They are written just before its record: a
 * process that dies in between does both again, and a step that fails leaves none. The next plan sees them.
 */
export interface KeyChanges {
  add(name: string, keys: readonly string[]): void
  remove(name: string, keys: readonly string[]): void
  write(): Promise<void>
}

export function collectKeyChanges(lineage: Lineage, graph: Graph, runId: string): KeyChanges {
  let changes: { readonly kind: 'add' | 'remove'; readonly name: string; readonly keys: readonly string[] }[] = []
  const take = (kind: 'add' | 'remove', name: string, keys: readonly string[]): void => {
    requireName(graph, name)
    requireKeys(name, keys)
    changes.push({ kind, name, keys: [...keys] })
  }
  return {
    add: (name, keys) => take('add', name, keys),
    remove: (name, keys) => take('remove', name, keys),
    write: async () => {
      const writing = changes
      if (writing.length === 0) return
      await lineage.transaction(async (client) => {
        for (const { kind, name, keys } of writing) {
          if (kind === 'add') await addDynamicKeys(client, name, keys, runId)
          else await removeDynamicKeys(client, name, keys)
        }
      })
      changes = changes.slice(writing.length)
    },
  }
}
