import { rename, writeFile } from 'node:fs/promises'
import { BENCHMARKS } from './benchmarks.ts'
import { machine } from './machine.ts'
import { LEAST_RUNS, measure } from './measure.ts'
import { table } from './table.ts'
import type { Row } from './workload.ts'

const NAMES = Object.keys(BENCHMARKS)

/**
 * `npm run bench -- NAME|all [TEXT]`: the workloads of NAME, or those whose names hold TEXT. Progress and a table on
 * stderr, one JSON object a line on stdout; `all` writes `bench.json`, the array of those objects, into the folder it is
 * run in.
 *
 * @returns the exit code: 0 done, 2 wrong usage.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, text = '', ...rest] = args
  if (!name || rest.length > 0 || (name !== 'all' && !NAMES.includes(name)) || (name === 'all' && text !== '')) {
    console.error(`usage: npm run bench -- NAME [TEXT], where NAME is one of ${[...NAMES, 'all'].join(', ')}`)
    console.error('TEXT leaves the workloads of NAME whose names hold it; `all` takes none.')
    return 2
  }
  const rows: Row[] = []
  for (const benchmark of name === 'all' ? NAMES : [name]) rows.push(...(await runBenchmark(benchmark, text)))
  console.error(`\n${table(rows)}\n\n${machine()}; medians of ${LEAST_RUNS} runs in turn, where nothing else is said`)
  if (name === 'all') await writeWhole('bench.json', `${JSON.stringify(rows, null, 2)}\n`)
  return 0
}

async function runBenchmark(name: string, text: string): Promise<Row[]> {
  const { workloads: all } = await BENCHMARKS[name]!()
  const workloads = all.filter(({ workload }) => workload.includes(text))
  if (workloads.length === 0) throw new Error(`No workload of ${name} has '${text}' in its name`)
  const rows: Row[] = []
  for (const workload of workloads) {
    console.error(`${workload.workload} ...`)
    for (const row of await measure(workload, { runs: LEAST_RUNS, machine: machine() })) {
      console.log(JSON.stringify(row))
      rows.push(row)
    }
  }
  return rows
}

/** An interrupted run leaves the old file, never half of a new one. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text)
  await rename(`${path}.tmp`, path)
}
