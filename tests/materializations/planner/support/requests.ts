import { pick } from './pick.ts'
import type { RefRequest } from './reference.ts'
import type { Step } from './scenarios.ts'
import type { Simulation } from './simulation.ts'

/** The request that a step's numbers come to, for what there is. */
export function requestOf(simulation: Simulation, { asset, item, choice }: Omit<Step, 'op'>): RefRequest {
  const keys = simulation.world.assets.map((spec) => spec.key)
  const some = keys.filter((_, i) => (choice >> i) % 2 === 0)
  const selected = asset % 3 === 0 || some.length === 0 ? keys : some
  const { reference } = simulation.open()
  const existing = selected.flatMap((key) => reference.existing(key))
  const one = pick(existing, item)
  const kinds = ['all', 'all', 'latest', ...(one !== undefined ? ['keys'] : [])]
  const dated = selected.flatMap((key) => (reference.side(key).time ? reference.side(key).times : []))
  if (dated.length > 0) kinds.push('range')
  kinds.push('sets')
  const flags = { force: item % 7 === 3, effects: asset % 2 === 1 }
  switch (pick(kinds, item + choice)) {
    case 'latest':
      return { selected, request: { kind: 'latest' }, ...flags }
    case 'keys': {
      const keys = [one!, pick(existing, choice)!]
      // Of two dimensions, all keys of one.
      const [first, second] = keys[1]!.split('|')
      if (choice % 5 === 2 && /^\d/.test(first!) && second) keys[1] = `${first}|*`
      return { selected, request: { kind: 'keys', keys }, ...flags }
    }
    case 'range': {
      // A month among the bounds means all of it.
      const bounds = [pick(dated, item)!.slice(0, choice % 3 === 0 ? 7 : 10), pick(dated, choice)!.slice(0, 10)]
      const [from, to] = bounds.sort((a, b) => (a.padEnd(10, '-01') < b.padEnd(10, '-01') ? -1 : 1))
      if (reference.inRange(selected, from!, to!))
        return { selected, request: { kind: 'range', from: from!, to: to! }, ...flags }
      return { selected, request: { kind: 'latest' }, ...flags }
    }
    case 'sets': {
      const some = selected
        .filter((_, i) => (item + i) % 3 !== 2)
        .map((key) => [key, reference.existing(key).filter((_, i) => (i + choice) % 3 !== 0)] as const)
      return { selected, request: { kind: 'sets', names: new Map(some) }, ...flags }
    }
    default:
      return { selected, request: { kind: 'all' }, ...flags }
  }
}
