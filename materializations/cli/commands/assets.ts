import { neededFacts, parseSelection } from '../../../lib/graph/index.ts'
import { listAssets } from '../../operations/list-assets.ts'
import type { Register } from '../command.ts'
import { table } from '../render/table.ts'

export const assets: Register = (program, on) => {
  on(
    program.command('assets [selection]').description('list the assets'),
    async ({ globals, session }, [expression = '*']) => {
      const { loadDefinitions } = await import('../../definitions/index.ts')
      const { deriveCode } = await import('../../session.ts')
      const { selectAssets } = await import('../../operations/select-assets.ts')
      const definitions = await loadDefinitions(globals.definitions)
      const { graph } = definitions
      const { status, revisions } = neededFacts(parseSelection(expression))
      // The list needs no store, unless it is asked what only stores know.
      const asksMore = status || revisions.length > 0
      const keys = asksMore ? await session((open) => selectAssets(open, expression)) : graph.select(expression)
      const json = listAssets(graph, keys, await deriveCode(definitions))
      const rows = json.map((asset) => [asset.key, asset.store ?? asset.kind, asset.partitions, asset.deps.join(', ')])
      const columns = [
        { title: 'ASSET' },
        { title: 'STORE' },
        { title: 'PARTITIONS', flexible: true },
        { title: 'READS', flexible: true },
      ]
      return { json, text: table(columns, rows) }
    },
  )
}
