import type { Logger } from '../../lib/graph/index.ts'
import type { Output } from './output.ts'

/** What assets and the executor log: warnings always, the rest with `--verbose`; on stderr. */
export function runLog(output: Output, verbose: boolean): Logger {
  const line = (level: string, message: string, fields?: Readonly<Record<string, unknown>>): string => {
    const shown = Object.entries(fields ?? {}).filter(([name]) => verbose || !LONG.has(name))
    const rest = shown.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    return [level, message, ...rest].filter((part) => part !== '').join(' ')
  }
  return {
    info: (message, fields) => {
      if (verbose) output.note(line('', message, fields))
    },
    warn: (message, fields) => {
      if (verbose || !output.quiet) output.warn(line('warning:', message, fields))
    },
    error: (message, fields) => {
      if (verbose || !output.quiet) output.warn(line('error:', message, fields))
    },
  }
}

/** Fields that hold stack traces: the summary of the run says what is needed of them. */
const LONG: ReadonlySet<string> = new Set(['error'])
