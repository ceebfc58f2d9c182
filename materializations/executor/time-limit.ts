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

/** A program that is asked to end is killed after five seconds; what it held is free by then. */
const GRACE_MS = 6_000

/**
 * The work's result; once the signal aborts, its reason, when the work has ended. User code may not look at its signal:
 * after `graceMs` it is left behind.
 */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>, graceMs = GRACE_MS): Promise<T> {
  let patience: NodeJS.Timeout | undefined
  let onAbort: () => void = () => undefined
  const givenUp = new Promise<void>((resolve) => {
    onAbort = () => {
      patience = setTimeout(resolve, graceMs)
    }
  })
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const result = await Promise.race([work, givenUp])
    signal.throwIfAborted()
    // Nothing is given up unless the signal aborts.
    return result as T
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    clearTimeout(patience)
    signal.removeEventListener('abort', onAbort)
  }
}
