import { type PartitionsDefinition, partitionSpace } from '../../../../lib/graph/index.ts'
import { mappingMisfit } from '../../../../lib/graph/mappings/resolve.ts'
import { pick } from './pick.ts'
import { definitionOf, earlierFor, mappingFor, type Step, ZONES } from './scenarios.ts'
import type { Simulation } from './simulation.ts'
import type { AssetSpec, InputSpec, World } from './world.ts'

/** What happens between plans: edits of the graph, looks at sources, time, losses. */
export function change(simulation: Simulation, step: Step): void {
  const { world } = simulation
  const spec = pick(world.assets, step.asset)!
  const { reference } = simulation.open()
  const partition = pick(reference.existing(spec.key), step.item)
  const input = pick(spec.inputs, step.item)
  switch (step.op) {
    case 'observeAll':
      for (const source of world.assets.filter(({ kind }) => kind === 'external'))
        for (const one of reference.existing(source.key))
          if (!simulation.memory.partitions.get(source.key)?.has(one)) simulation.observe(source.key, one, 'v0')
      return
    case 'observe': {
      const sources = world.assets.filter(({ kind }) => kind === 'external')
      const source = pick(sources, step.asset)!
      const one = pick(reference.existing(source.key), step.item)
      if (one !== undefined) simulation.observe(source.key, one, `v${step.choice % 4}`)
      return
    }
    case 'time':
      simulation.world = { ...world, now: new Date(world.now.getTime() + (1 + (step.choice % 60)) * 3_600_000) }
      return
    case 'hasher':
      simulation.world = { ...world, hasher: world.hasher + 1 }
      return
    case 'intent':
    case 'wipe':
      // Only tables have intents, and no one wipes what was sent.
      if (spec.kind === 'function' && partition !== undefined) simulation.change(spec.key, partition, step.op)
      return
    case 'zone':
      replaceAll(simulation, (one) =>
        step.item % 2 === 0 || one === spec
          ? { ...one, partitions: withTime(one.partitions, { timezone: pick(ZONES, step.choice)! }) }
          : one,
      )
      return
    case 'start':
      replace(simulation, { ...spec, partitions: withTime(spec.partitions, { start: pick(STARTS, step.choice)! }) })
      return
    case 'order':
      replace(simulation, { ...spec, inputs: [...spec.inputs].reverse() })
      return
    case 'own': {
      const mapping = earlierFor(step.choice, spec.partitions)
      const others = spec.inputs.filter(({ upstream }) => upstream !== spec.key)
      if (mapping && spec.kind === 'function')
        replace(simulation, { ...spec, inputs: [...others, { name: 'own', upstream: spec.key, mapping }] })
      return
    }
    case 'addKey':
    case 'removeKey': {
      const name = step.asset % 3 === 0 ? 'e' : 'd'
      const members = world.members?.[name] ?? []
      const key = step.op === 'addKey' ? pick(['a', 'b', 'c', 'k'], step.choice)! : pick(members, step.choice)
      const others = members.filter((one) => one !== key)
      if (key === undefined || (step.op === 'addKey' && others.length < members.length)) return
      simulation.world = {
        ...world,
        members: { ...world.members, [name]: step.op === 'addKey' ? [...others, key] : others },
      }
      return
    }
    case 'code':
      replace(simulation, { ...spec, code: spec.code + (step.choice % 4) })
      return
    case 'partitions':
      replace(simulation, {
        ...spec,
        partitions: definitionOf(step.choice, step.item % 4 === 3 ? step.item : ZONES.indexOf(zoneOf(world))),
      })
      return
    case 'addInput': {
      const earlier = world.assets.slice(0, world.assets.indexOf(spec)).filter(({ kind }) => kind !== 'effect')
      const up = pick(earlier, step.item)
      if (spec.kind === 'external' || !up) return
      const mapping = mappingFor(step.choice, spec.partitions, up.partitions)
      replace(simulation, { ...spec, inputs: [...spec.inputs, { name: `n${step.choice}`, upstream: up.key, mapping }] })
      return
    }
    default:
      if (input) replace(simulation, { ...spec, inputs: changedInputs(world, spec, input, step) })
  }
}

function changedInputs(world: World, spec: AssetSpec, input: InputSpec, step: Step): InputSpec[] {
  const others = spec.inputs.filter((one) => one !== input)
  const up = world.assets.find(({ key }) => key === input.upstream)!
  switch (step.op) {
    case 'dropInput':
      return others
    case 'renameInput':
      return [...others, { ...input, name: `r${step.choice}` }]
    case 'swapInput': {
      const earlier = world.assets.slice(0, world.assets.indexOf(spec)).filter(({ kind }) => kind !== 'effect')
      const other = pick(earlier, step.choice)
      if (!other) return others
      return [
        ...others,
        { ...input, upstream: other.key, mapping: mappingFor(step.choice, spec.partitions, other.partitions) },
      ]
    }
    default:
      if (up === spec) return others
      return spec.inputs.map((one) =>
        one === input ? { ...input, mapping: mappingFor(step.choice, spec.partitions, up.partitions) } : one,
      )
  }
}

function zoneOf(world: World): (typeof ZONES)[number] {
  for (const { partitions } of world.assets) {
    const { time } = partitionSpace(partitions)
    if (time) return time.timezone as (typeof ZONES)[number]
  }
  return 'UTC'
}

const edited = new Map<PartitionsDefinition, Map<string, PartitionsDefinition>>()

/** With another zone, or days that start elsewhere. One object for each, so that what is looked up of it is looked up once. */
function withTime(
  definition: PartitionsDefinition,
  edit: { timezone: string } | { start: string },
): PartitionsDefinition {
  const known = edited.get(definition) ?? new Map<string, PartitionsDefinition>()
  edited.set(definition, known)
  const id = JSON.stringify(edit)
  const made = known.get(id) ?? editedTime(definition, edit)
  known.set(id, made)
  return made
}

function editedTime(
  definition: PartitionsDefinition,
  edit: { timezone: string } | { start: string },
): PartitionsDefinition {
  if (definition.kind === 'time')
    return 'start' in edit && definition.grain !== 'day' ? definition : { ...definition, ...edit }
  if (definition.kind !== 'cross') return definition
  const [a, b] = definition.dimensions.map((d) => ({
    ...d,
    definition: withTime(d.definition, edit) as typeof d.definition,
  }))
  return { ...definition, dimensions: [a!, b!] }
}

const STARTS = ['2024-02-24', '2024-02-25', '2024-02-27', '2024-02-28'] as const

function replace(simulation: Simulation, spec: AssetSpec): void {
  replaceAll(simulation, (one) => (one.key === spec.key ? spec : one))
}

/** Takes over an edit of the definitions, unless it would not compile. */
function replaceAll(simulation: Simulation, edit: (spec: AssetSpec) => AssetSpec): void {
  const assets = simulation.world.assets.map(edit)
  const fits = assets.every((spec) =>
    spec.inputs.every(({ upstream, mapping }, i) => {
      const up = assets.find(({ key }) => key === upstream)!
      const named = spec.inputs.findIndex(({ name }) => name === spec.inputs[i]!.name) === i
      return named && !mappingMisfit(mapping, partitionSpace(spec.partitions), partitionSpace(up.partitions))
    }),
  )
  if (fits) simulation.world = { ...simulation.world, assets }
}
