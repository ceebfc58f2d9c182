import { setTimeout as sleep } from 'node:timers/promises'
import { OttokError } from '../../config/errors.ts'
import type { AltcraftConnection } from './connection.ts'

/** How often and how patiently a call is tried. */
export interface Patience {
  /** Attempts in all. */
  readonly attempts: number
  /** Before the second attempt, milliseconds; doubles each time, with jitter, up to `longestMs`. */
  readonly firstWaitMs: number
  readonly longestMs: number
  /** Milliseconds for one answer. */
  readonly timeoutMs: number
}

export const patience: Patience = { attempts: 7, firstWaitMs: 500, longestMs: 60_000, timeoutMs: 60_000 }

/** What every answer of Altcraft begins with; an error can come with HTTP 200. */
interface Answer {
  readonly error: number
  readonly error_text?: string
}

/** Answers that another try may change: too many calls, and troubles of the server. */
const PASSING = new Set([408, 420, 429, 500, 502, 503, 504])

class Passing extends Error {
  readonly waitMs: number | undefined
  constructor(message: string, waitMs?: number) {
    super(message)
    this.waitMs = waitMs
  }
}

/**
 * Calls a method of `/api/v1.1` and returns its answer. What passes (429, 5xx, a connection that breaks, no answer in
 * time) is tried again with growing waits, as `Retry-After` says where it is given. Calls are upserts and reads, so one
 * whose answer was lost may be repeated.
 *
 * @throws OttokError when Altcraft refuses the call, or does not answer in the end; the token is not in it
 */
export async function callAltcraft<T>(
  connection: AltcraftConnection,
  method: string,
  body: Readonly<Record<string, unknown>>,
  options: { readonly signal?: AbortSignal | undefined; readonly patience?: Patience | undefined } = {},
): Promise<T> {
  const { attempts, firstWaitMs, longestMs, timeoutMs } = options.patience ?? patience
  for (let attempt = 1; ; attempt++) {
    try {
      return (await post(connection, method, body, timeoutMs, options.signal)) as T
    } catch (error) {
      if (!(error instanceof Passing) || options.signal?.aborted) throw error
      if (attempt === attempts) throw unreachable(connection, method, attempts, error.message)
      const grown = Math.min(longestMs, firstWaitMs * 2 ** (attempt - 1))
      // Full waits of many clients would fall together again; half of each is left to chance.
      await sleep(error.waitMs ?? grown / 2 + (Math.random() * grown) / 2, undefined, { signal: options.signal })
    }
  }
}

async function post(
  { url, token }: AltcraftConnection,
  method: string,
  body: Readonly<Record<string, unknown>>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const limit = AbortSignal.timeout(timeoutMs)
  let response: Response
  let text: string
  try {
    response = await fetch(`${url.replace(/\/$/, '')}/api/v1.1/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    })
    text = await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Passing(limit.aborted ? `no answer in ${timeoutMs} ms` : `the connection broke (${causeOf(error)})`)
  }
  if (PASSING.has(response.status)) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    throw new Passing(`HTTP ${response.status}`, Number.isFinite(seconds) ? seconds * 1000 : undefined)
  }
  return judged(method, response.status, text)
}

function judged(method: string, status: number, text: string): unknown {
  let answer: Answer
  try {
    answer = JSON.parse(text) as Answer
  } catch (error) {
    throw refused(method, `It answered HTTP ${status} with something that is no JSON.`, error)
  }
  if (answer.error === 0 && status < 400) return answer
  throw refused(method, `It answered error ${answer.error} (HTTP ${status}): ${answer.error_text ?? 'without a text'}.`)
}

function refused(method: string, cause: string, underlying?: unknown): OttokError {
  return new OttokError({
    what: `Altcraft refused ${method}`,
    cause,
    mend: 'Check ALTCRAFT_TOKEN, ALTCRAFT_DATABASE and the rights of the token.',
    underlying,
  })
}

function unreachable({ url }: AltcraftConnection, method: string, attempts: number, last: string): OttokError {
  return new OttokError({
    what: `Altcraft did not answer ${method} at ${new URL(url).host}`,
    cause: `${attempts} attempts failed, the last one because: ${last}.`,
    mend: 'Try again later with `ottok materialize`: what was not delivered is on record.',
  })
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause)
}
