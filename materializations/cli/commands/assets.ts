import { listAssets } from '../../operations/list-assets.ts'
import type { Register } from '../command.ts'
import { table } from '../render/table.ts'

export const assets: Register = (program, on) => {
  on(program.command('assets [selection]').description('list the assets'), async ({ globals }, [selection]) => {
    const { loadDefinitions } = await import('../../definitions/index.ts')
    const { deriveCode } = await import('../../session.ts')
    const definitions = await loadDefinitions(globals.definitions)
    const { graph } = definitions
    const keys = graph.select(selection ?? '*')
    const json = listAssets(graph, keys, await deriveCode(definitions))
    const rows = json.map((asset) => [asset.key, asset.store ?? asset.kind, asset.partitions, asset.deps.join(', ')])
    const columns = [
      { title: 'ASSET' },
      { title: 'STORE' },
      { title: 'PARTITIONS' },
      { title: 'READS', flexible: true },
    ]
    return { json, text: table(columns, rows) }
  })
}
