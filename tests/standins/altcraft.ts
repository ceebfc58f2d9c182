import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** How the stand-in misbehaves; everything off by default. */
export interface Mischief {
  /** Every n-th element is refused once, with an error of its own under HTTP 200. */
  refuseEvery?: number
  /** Every n-th call is answered with HTTP 429 and `Retry-After`. */
  tooManyEvery?: number
  /** Every n-th call: the connection is cut before anything is applied. */
  cutBeforeEvery?: number
  /** Every n-th call: the connection is cut after the batch was applied, before the answer. */
  cutAfterEvery?: number
  /** Waits before each answer, milliseconds. */
  slowMs?: number
  /** Error of every call, under HTTP 200. */
  error?: { readonly error: number; readonly error_text: string }
}

/** A profile as the stand-in holds it. */
export interface HeldProfile {
  readonly fields: Readonly<Record<string, unknown>>
  /** Upserts that changed something. */
  changes: number
  /** Upserts in all. */
  upserts: number
}

export interface AltcraftStandIn {
  readonly url: string
  readonly token: string
  readonly mischief: Mischief
  /** By the value of the matching field. */
  readonly profiles: ReadonlyMap<string, HeldProfile>
  /** Calls as they came in. */
  readonly calls: readonly { readonly method: string; readonly elements: number; readonly bytes: number }[]
  /** Resolves when a call comes in after now. */
  nextCall(): Promise<void>
  /** Answers nothing until released. */
  hold(): () => void
  stop(): Promise<void>
}

/**
 * Behaves like Altcraft's `profiles/import_batch`: the token in the body or the header, errors under HTTP 200, one result
 * an element, upsert by a custom field, at most 10,000 profiles and 10 MB a call.
 */
export async function startAltcraft(token = 'secret-token'): Promise<AltcraftStandIn> {
  const profiles = new Map<string, HeldProfile>()
  const calls: { method: string; elements: number; bytes: number }[] = []
  const mischief: Mischief = {}
  const refusedOnce = new Set<string>()
  let elementsSeen = 0
  let waiting: (() => void)[] = []
  let gate: Promise<void> | undefined

  const every = (n: number | undefined): boolean => n !== undefined && calls.length % n === 0
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await bodyOf(request)
    const method = (request.url ?? '').replace('/api/v1.1/', '')
    const body = JSON.parse(text) as Record<string, unknown>
    const data = (body.data ?? []) as Record<string, unknown>[]
    calls.push({ method, elements: data.length, bytes: text.length })
    for (const tell of waiting.splice(0)) tell()
    if (every(mischief.cutBeforeEvery)) return void request.socket.destroy()
    if (every(mischief.tooManyEvery)) {
      response.writeHead(429, { 'Retry-After': '0' }).end('too many requests')
      return
    }
    if (mischief.slowMs) await sleep(mischief.slowMs)
    const answer = judge(request, body, data, text.length) ?? {
      error: 0,
      error_text: 'Successful operation',
      result: [],
    }
    if (answer.error === 0) answer.result = data.map((element) => apply(element, String(body.field_name)))
    if (gate) await gate
    if (every(mischief.cutAfterEvery)) return void request.socket.destroy()
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
  }

  const judge = (
    request: IncomingMessage,
    body: Record<string, unknown>,
    data: readonly unknown[],
    bytes: number,
  ): { error: number; error_text: string; result?: unknown } | undefined => {
    if (mischief.error) return { ...mischief.error }
    if (request.headers.authorization !== `Bearer ${token}` && body.token !== token)
      return { error: 401, error_text: 'Token is required' }
    if (typeof body.db_id !== 'number' || body.matching !== 'custom' || typeof body.field_name !== 'string')
      return { error: 400, error_text: 'Incorrect request' }
    if (data.length > 10_000 || bytes > 10_000_000) return { error: 402, error_text: 'The batch is too large' }
    return undefined
  }

  const apply = (element: Record<string, unknown>, field: string): Record<string, unknown> => {
    elementsSeen++
    const key = String(element[field])
    const place = `${key}|${String(element.ottok_decision_id)}`
    if (mischief.refuseEvery && elementsSeen % mischief.refuseEvery === 0 && !refusedOnce.has(place)) {
      refusedOnce.add(place)
      return { error: 500, error_text: 'Internal error of the element' }
    }
    const before = profiles.get(key)
    const changed = JSON.stringify(before?.fields) !== JSON.stringify(element)
    profiles.set(key, {
      fields: element,
      changes: (before?.changes ?? 0) + (changed ? 1 : 0),
      upserts: (before?.upserts ?? 0) + 1,
    })
    return { error: 0, profile_id: key.length * 1000 + elementsSeen }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    mischief,
    profiles,
    calls,
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    hold: () => {
      let release: (() => void) | undefined
      gate = new Promise((resolve) => {
        release = resolve
      })
      return () => {
        gate = undefined
        release?.()
      }
    },
    stop: () =>
      new Promise((resolve) => {
        waiting = []
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
