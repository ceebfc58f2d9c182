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

// A reader that has seen enough (`ottok status | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommandLine(process.argv.slice(2), {
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
