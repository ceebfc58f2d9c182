import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endOf, FIRST_DAY, nameOf, type Shape } from './shape.ts'

/**
 * Writes the graph as a project of ours into a folder: a file a layer, a constant an asset, so that each has its own code
 * version, derived from its code.
 *
 * @returns the path of the definitions
 */
export async function writeProject(folder: string, shape: Shape): Promise<string> {
  await mkdir(folder, { recursive: true })
  const files = [
    ['partitions.ts', partitionsText(shape)],
    ...Array.from({ length: shape.layers }, (_, layer) => [`layer${layer}.ts`, layerText(shape, layer)] as const),
    ['definitions.ts', definitionsText(shape)],
  ] as const
  for (const [name, text] of files) await writeFile(join(folder, name), text)
  return join(folder, 'definitions.ts')
}

function partitionsText({ partitions }: Shape): string {
  if (partitions === null) return 'export const slices = undefined\n'
  const isDaily = 'daily' in partitions
  const end = isDaily ? endOf(partitions).slice(0, 10) : endOf(partitions)
  const options = JSON.stringify({ start: FIRST_DAY, end, timezone: 'UTC' })
  const kind = isDaily ? 'daily' : 'hourly'
  return `import { ${kind} } from 'ottok'\nexport const slices = ${kind}(${options})\n`
}

function layerText(shape: Shape, layer: number): string {
  const { width } = shape
  const columns = Array.from({ length: width }, (_, column) => column)
  const names = columns.map((column) => nameOf(layer - 1, column)).join(', ')
  return [
    "import { asset, value } from 'ottok'",
    "import { slices } from './partitions.ts'",
    ...(layer === 0 ? [] : [`import { ${names} } from './layer${layer - 1}.ts'`]),
    ...columns.map((column) => assetText(shape, layer, column)),
    '',
  ].join('\n')
}

function assetText(shape: Shape, layer: number, column: number): string {
  const { width, partitions } = shape
  const name = nameOf(layer, column)
  const version = JSON.stringify(layer === 0 && column === 0 ? shape.rootVersion : '1')
  const left = nameOf(layer - 1, column)
  const right = nameOf(layer - 1, (column + 1) % width)
  const deps = layer === 0 ? '' : `deps: { left: ${left}${left === right ? '' : `, right: ${right}`} }, `
  const slices = partitions === null ? '' : 'partitions: slices, '
  const made = `{ kind: 'value', value: ${version} }`
  const body = shape.singleRun
    ? `range: 1000, async materialize({ partitions }) { return { kind: 'each', outputs: new Map(partitions.map(({ key }) => [key, ${made}])) } }`
    : `async materialize() { return ${made} }`
  return `export const ${name} = asset({ key: 'bench/${name}', ${deps}${slices}store: value, ${body} })`
}

function definitionsText({ layers }: Shape): string {
  const all = Array.from({ length: layers }, (_, layer) => `layer${layer}`)
  return [
    "import { defineGraph } from 'ottok'",
    ...all.map((layer) => `import * as ${layer} from './${layer}.ts'`),
    `export default defineGraph({ assets: [${all.map((layer) => `...Object.values(${layer})`).join(', ')}] })`,
    '',
  ].join('\n')
}
