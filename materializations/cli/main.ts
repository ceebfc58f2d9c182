import { failureText } from './failures.ts'
import { runCommandLine } from './run.ts'

const stopping = new AbortController()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) {
      // The system's own reaction: nothing of ours runs any more, and the shell sees 130. Recovery does the rest.
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
      return
    }
    process.stderr.write('\nstopping: the records of what is done are finished first (again to die at once)\n')
    // The name tells a daemon how it is to end.
    stopping.abort(new DOMException(signal, 'AbortError'))
  })
}

let isOutputLost = false

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`ottok status | head`) is no failure.
  if (error.code === 'EPIPE') process.exit(0)
  if (isOutputLost) return
  // The work goes on: a run is not worth less because a disk for its output is full.
  isOutputLost = true
  process.exitCode = 1
  const cause = `${error.message}.`
  const mend = 'See that there is room where it goes to; `ottok runs list` tells what was made.'
  process.stderr.write(failureText({ what: 'cannot write the output of the command', cause, mend, exitCode: 1 }))
})

process.stderr.on('error', () => {
  // There is no place left to say so.
  isOutputLost = true
  process.exitCode = 1
})

const code = await runCommandLine(process.argv.slice(2), {
  streams: {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    inIsTerminal: process.stdin.isTTY === true,
  },
  env: process.env,
  signal: stopping.signal,
})
process.exitCode = code === 0 && isOutputLost ? 1 : code
