import type { Command } from 'commander'
import { OttokError } from '../../lib/config/index.ts'
import type { PartitionRequest } from '../planner/request.ts'

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

/** Adds the options that name partitions. */
export function addPartitionOptions(command: Command): Command {
  return command
    .option('--partition <key>', "a partition: 2026-03-01, 2026-03-01|trial, '2026-03|*'; may be repeated", collect)
    .option('--from <time>', 'first month, day or time (2026-03-01T05:00), inclusive')
    .option('--to <time>', 'last month, day or time, inclusive')
    .option('--latest', 'the newest partition of each asset')
    .option('--all-partitions', 'every partition that exists (the default)')
}

/** The partitions that the options name; all when none does. Two ways at once are an error. */
export function partitionRequest(options: Readonly<Record<string, unknown>>): PartitionRequest {
  const { partition, from, to } = options as { partition?: string[]; from?: string; to?: string }
  const ways = [
    partition !== undefined && '--partition',
    (from !== undefined || to !== undefined) && '--from/--to',
    options.latest === true && '--latest',
    options.allPartitions === true && '--all-partitions',
  ].filter((way) => way !== false)
  if (ways.length > 1) {
    throw new OttokError({
      what: `${ways.join(' and ')} were given together`,
      cause: 'Each says which partitions are meant.',
      mend: 'Give one of them.',
      exitCode: 2,
    })
  }
  if (partition !== undefined) return { kind: 'keys', keys: partition }
  if (options.latest === true) return { kind: 'latest' }
  if (from === undefined && to === undefined) return { kind: 'all' }
  if (from !== undefined && to !== undefined) return { kind: 'range', from, to }
  throw new OttokError({
    what: `${from === undefined ? '--to' : '--from'} was given alone`,
    cause: 'A range has two ends, both inclusive.',
    mend: `Give ${from === undefined ? '--from' : '--to'} too.`,
    exitCode: 2,
  })
}
