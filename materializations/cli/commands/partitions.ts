import {
  addDynamic,
  type DynamicListing,
  listDynamic,
  madeOfKeys,
  removeDynamic,
} from '../../operations/dynamic-partitions.ts'
import type { Register } from '../command.ts'
import { requireConsent } from '../confirm.ts'
import { table } from '../render/table.ts'
import { countText } from '../render/words.ts'

export const partitions: Register = (program, on) => {
  const group = program.command('partitions').description('keys of dynamic partitions')
  on(group.command('list [name]').description('the keys there are; of one name, one a line'), ({ session }, [name]) =>
    session(async ({ lineage, graph }) => {
      const json = await listDynamic(lineage, graph, name)
      return { json, text: name === undefined ? namesText(json) : json[0]!.keys.join('\n') || 'no key yet' }
    }),
  )
  on(
    group.command('add <name> <keys...>').description('add keys; those that are there stay as they are'),
    ({ session }, [name, ...keys]) =>
      session(async ({ lineage, graph }) => {
        const added = await addDynamic(lineage, graph, name!, keys)
        return { json: { name, added }, text: `${countText(added.length, 'key')} added to ${name}` }
      }),
  )
  on(
    group
      .command('remove <name> <keys...>')
      .description('take keys away; asks where something was made of them, which stays until it is wiped'),
    ({ session, globals, output }, [name, ...keys]) =>
      session(async ({ lineage, graph }) => {
        const made = await madeOfKeys(lineage, graph, name!, keys)
        const total = made.reduce((sum, one) => sum + one.partitions, 0)
        if (total > 0 && !globals.yes) {
          const of = made.map((one) => one.key).join(', ')
          await requireConsent(
            `${countText(total, 'partition')} of ${of} would be no partition any more; the data stay.`,
            output.streams.inIsTerminal,
            {
              what: 'no key was removed',
              mend: 'Wipe their partitions first, or pass --yes to remove the keys without being asked.',
            },
          )
        }
        const removed = await removeDynamic(lineage, graph, name!, keys)
        return { json: { name, removed, made }, text: `${countText(removed.length, 'key')} removed from ${name}` }
      }),
  )
}

function namesText(listings: readonly DynamicListing[]): string {
  if (listings.length === 0) return 'no asset has dynamic partitions'
  const columns = [{ title: 'NAME' }, { title: 'KEYS', align: 'right' as const }, { title: 'ASSETS', flexible: true }]
  return table(
    columns,
    listings.map(({ name, keys, assets }) => [name, keys.length.toLocaleString('en'), assets.join(', ')]),
  )
}
