import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/** Folders and files that are checked, as in the `structure` script. */
export const SUBJECTS = ['definitions.ts', 'assets', 'lib', 'materializations', 'tests']

/** One broken rule: who imports whom, and which rule forbids it. */
export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

/** What a check of one tree found: how many of our modules it parsed, and what is wrong. */
export interface Structure {
  readonly modules: number
  readonly violations: readonly Violation[]
}

interface CruiseReport {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string }
      readonly from: string
      readonly to: string
    }[]
  }
}

/**
 * Runs dependency-cruiser, as a process, with this repository's rules over the tree at `root`.
 *
 * @throws if the tool itself fails (a file that cannot be parsed, a wrong configuration).
 */
export async function checkStructure(root: string): Promise<Structure> {
  const binary = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
  const subjects = SUBJECTS.filter((name) => existsSync(join(root, name)))
  const config = join(root, '.dependency-cruiser.cjs')
  const output = await run(process.execPath, [binary, '--config', config, '--output-type', 'json', ...subjects], root)
  const report = JSON.parse(output) as CruiseReport
  return {
    modules: report.modules.filter(({ source }) => source.endsWith('.ts') && !source.includes('node_modules')).length,
    violations: report.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  }
}

/** The json reporter exits with 0 also when it found violations, so another code means that the tool failed. */
function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    execFile(command, args, { cwd, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) fail(new Error(`dependency-cruiser failed in ${cwd}: ${stderr || error.message}`))
      else done(stdout)
    })
  })
}
