import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = resolve(import.meta.dirname, '../../../../.github/workflows')

/** A step of a workflow that runs a script. */
export interface WorkflowStep {
  readonly job: string
  readonly name: string
  readonly script: string
  /** Variables of workflow, job and step, with expressions as they are written. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * The steps with `run:` of one of our workflows. Reads what they use of YAML: nested maps by two spaces, plain and quoted
 * scalars, blocks after `|`. Whether it is a workflow at all, actionlint says.
 */
export function workflowSteps(file: string): WorkflowStep[] {
  const lines = readFileSync(join(FOLDER, file), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line) || /^ {10}/.test(line))
  const env = mapAt(lines, lines.indexOf('env:'), 2)
  const steps: WorkflowStep[] = []
  const jobs = lines.indexOf('jobs:')
  for (let at = jobs + 1; at < lines.length; at++) {
    const job = /^ {2}([\w-]+):$/.exec(lines[at]!)?.[1]
    if (job === undefined) continue
    const end = lines.findIndex((line, i) => i > at && /^ {0,2}\S/.test(line))
    const body = lines.slice(at + 1, end < 0 ? lines.length : end)
    const jobEnv = mapAt(body, body.indexOf('    env:'), 6)
    steps.push(...stepsOf(body).map((step) => ({ ...step, job, env: { ...env, ...jobEnv, ...step.env } })))
  }
  return steps
}

function stepsOf(body: readonly string[]): Omit<WorkflowStep, 'job'>[] {
  const starts = body.flatMap((line, i) => (line.startsWith('      - ') ? [i] : []))
  return starts.flatMap((start, i) => {
    const lines = body.slice(start, starts[i + 1]).map((line) => line.replace(/^ {6}- /, '        '))
    const run = lines.findIndex((line) => line.startsWith('        run: '))
    if (run < 0) return []
    const name = lines.find((line) => line.startsWith('        name: '))?.slice('        name: '.length) ?? ''
    const text = lines[run]!.slice('        run: '.length)
    return [
      {
        name,
        script: text === '|' ? block(lines, run + 1, 10) : text,
        env: mapAt(lines, lines.indexOf('        env:'), 10),
      },
    ]
  })
}

function block(lines: readonly string[], from: number, indent: number): string {
  const end = lines.findIndex((line, i) => i >= from && line !== '' && !line.startsWith(' '.repeat(indent)))
  return lines
    .slice(from, end < 0 ? lines.length : end)
    .map((line) => line.slice(indent))
    .join('\n')
}

function mapAt(lines: readonly string[], header: number, indent: number): Record<string, string> {
  const map: Record<string, string> = {}
  if (header < 0) return map
  for (const line of lines.slice(header + 1)) {
    const found = new RegExp(`^ {${indent}}(\\w+): (.*)$`).exec(line)
    if (!found) break
    map[found[1]!] = found[2]!.replace(/^"(.*)"$/, '$1')
  }
  return map
}
