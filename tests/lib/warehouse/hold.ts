import { openWarehouse } from '../../../lib/warehouse/index.ts'

// Opens the warehouse of the home given as argument; holds it until the input ends, or with `leave` just ends.
const warehouse = await openWarehouse({ home: process.argv[2]!, environment: 'holder', maxMemory: 500_000_000 })
await warehouse.command('CREATE TABLE IF NOT EXISTS held (n UInt8) ENGINE = MergeTree ORDER BY n')
process.stdout.write('open\n')
if (process.argv[3] !== 'leave') {
  for await (const _ of process.stdin);
  await warehouse.close()
}
