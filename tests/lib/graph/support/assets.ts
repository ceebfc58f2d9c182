import {
  type Asset,
  type AssetSource,
  asset,
  type DepsSpec,
  type PartitionsDefinition,
  value,
} from '../../../../lib/graph/index.ts'

interface Options {
  readonly deps?: DepsSpec
  readonly partitions?: PartitionsDefinition
  readonly tags?: Readonly<Record<string, string>>
  readonly owners?: readonly string[]
  readonly kinds?: readonly string[]
  readonly group?: string
}

/** An asset of which only place, inputs and labels matter. */
export function node(key: string, options: Options = {}, line?: number): Asset {
  const source: AssetSource | undefined =
    line === undefined ? undefined : { file: 'assets/some.ts', line, binding: null, exported: true }
  return asset({ key, store: value, materialize: async () => ({ kind: 'value', value: 1 }), ...options }, source)
}
