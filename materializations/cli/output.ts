import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'

/** Where a command's output goes; the process's own streams, or those of a test. */
export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  readonly inIsTerminal: boolean
}

export type Colors = ReturnType<typeof pc.createColors>

/** Text for people: results on stdout, everything else on stderr. */
export interface Output {
  /** For text on stdout; without effect where colours are unwanted. */
  readonly colors: Colors
  readonly streams: Streams
  readonly quiet: boolean
  /** A line on stderr that `--quiet` drops. */
  note(message: string): void
  /** A line on stderr that always shows. */
  warn(message: string): void
  /** What is going on now: one line that is written over on a terminal, else a line every few seconds. */
  progress(message: string): void
  /** Takes the progress line away. */
  endProgress(): void
}

/** On other than terminals: often enough to see that it lives, seldom enough for a log. */
const PLAIN_EVERY_MS = 5_000

export function openOutput(streams: Streams, options: { quiet: boolean; color: boolean }): Output {
  const { err, errIsTerminal } = streams
  let shown = false
  let lastPlain = Number.NEGATIVE_INFINITY
  const endProgress = () => {
    if (shown) err('\r\u001b[2K')
    shown = false
  }
  const line = (message: string) => {
    endProgress()
    err(`${message}\n`)
  }
  return {
    colors: pc.createColors(options.color && streams.outIsTerminal),
    streams,
    quiet: options.quiet,
    note: (message) => {
      if (!options.quiet) line(message)
    },
    warn: line,
    progress: (message) => {
      if (options.quiet) return
      if (errIsTerminal) {
        err(`\r\u001b[2K${fitted(message)}`)
        shown = true
      } else if (performance.now() - lastPlain >= PLAIN_EVERY_MS) {
        lastPlain = performance.now()
        err(`${message}\n`)
      }
    },
    endProgress,
  }
}

/** A longer line would wrap, and could not be written over. */
function fitted(message: string): string {
  const width = (process.stderr.columns ?? 80) - 1
  const plain = stripVTControlCharacters(message)
  return plain.length <= width ? message : `${plain.slice(0, width - 1)}…`
}
