/** An attempt took longer than its asset allows. */
export class StepTimedOut extends Error {
  constructor(timeoutMs: number) {
    super(
      `it was stopped after ${timeoutMs} ms, the time limit of an attempt: raise \`timeoutMs\` of the asset, or make it faster`,
    )
    this.name = 'StepTimedOut'
  }
}

/** Works under a signal that also aborts after `timeoutMs`; then the error is StepTimedOut, whatever the work threw. */
export async function withinTime<T>(
  timeoutMs: number | undefined,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return work(signal)
  const limit = new AbortController()
  const clock = setTimeout(() => limit.abort(new StepTimedOut(timeoutMs)), timeoutMs)
  try {
    return await work(AbortSignal.any([signal, limit.signal]))
  } catch (error) {
    throw limit.signal.aborted && !signal.aborted ? limit.signal.reason : error
  } finally {
    clearTimeout(clock)
  }
}

/** The work's result, or the signal's reason as soon as it aborts: user code may not look at its signal. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
