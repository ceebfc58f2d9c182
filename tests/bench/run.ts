import { rename, writeFile } from 'node:fs/promises'
import { BENCHMARKS } from './benchmarks.ts'
import { machine } from './machine.ts'
import { LEAST_RUNS, measure } from './measure.ts'
import { table } from './table.ts'
import type { Row } from './workload.ts'

const NAMES = Object.keys(BENCHMARKS)

/**
 * `npm run bench -- NAME|all`: progress and a table on stderr, one JSON object a line on stdout; `all` writes
 * `bench.json`, the array of those objects, into the folder it is run in.
 *
 * @returns the exit code: 0 done, 2 wrong usage.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (!name || rest.length > 0 || (name !== 'all' && !NAMES.includes(name))) {
    console.error(`usage: npm run bench -- NAME, where NAME is one of ${[...NAMES, 'all'].join(', ')}`)
    return 2
  }
  const rows: Row[] = []
  for (const benchmark of name === 'all' ? NAMES : [name]) rows.push(...(await runBenchmark(benchmark)))
  console.error(`\n${table(rows)}\n\n${machine()}; medians of ${LEAST_RUNS} runs in turn`)
  if (name === 'all') await writeWhole('bench.json', `${JSON.stringify(rows, null, 2)}\n`)
  return 0
}

async function runBenchmark(name: string): Promise<Row[]> {
  const { workloads } = await BENCHMARKS[name]!()
  const rows: Row[] = []
  for (const workload of workloads) {
    console.error(`${workload.workload} ...`)
    const row = await measure(workload, { runs: LEAST_RUNS, machine: machine() })
    console.log(JSON.stringify(row))
    rows.push(row)
  }
  return rows
}

/** An interrupted run leaves the old file, never half of a new one. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text)
  await rename(`${path}.tmp`, path)
}
