import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { drainPending } from 'chdb'
import { createChdbConnection } from 'chdb/connection'

type ClientConfig = NonNullable<Parameters<typeof createClient>[0]>

/**
 * The engine takes one folder a process. This is the one place that knows which: a warehouse's folder, which any number
 * of connections may share, or else an in-memory engine for formatting, which gives way to a warehouse.
 */
interface Slot {
  path: string | undefined
  users: number
  memory: ClickHouseClient | undefined
}

const slot: Slot = { path: undefined, users: 0, memory: undefined }
let queue: Promise<unknown> = Promise.resolve()

/**
 * Opens connections to a folder; each `release` must be called once, when nothing runs on them;
 * `last` = this process has let go of the folder.
 */
export function openConnections(
  path: string,
  count: number,
): Promise<{ clients: ClickHouseClient[]; release: () => Promise<{ last: boolean }> }> {
  return inTurn(async () => {
    if (slot.path !== undefined && slot.path !== path) throw new OtherFolderOpen(slot.path)
    await closeMemory()
    const clients: ClickHouseClient[] = []
    try {
      for (let i = 0; i < count; i++) clients.push(openClient(path))
    } catch (error) {
      await Promise.all(clients.map((client) => client.close()))
      await drainPending()
      throw error
    }
    slot.path = path
    slot.users++
    return { clients, release: () => inTurn(() => release(clients)) }
  })
}

/** This process already has another folder open. */
export class OtherFolderOpen extends Error {
  readonly path: string
  constructor(path: string) {
    super(`this process has ${path} open`)
    this.path = path
  }
}

/** Runs `work` on a connection to whatever this process has open, or else to an engine in memory that is left open. */
export function withAnyConnection<T>(work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
  return inTurn(async () => {
    if (slot.path === undefined) {
      slot.memory ??= openClient(':memory:')
      return work(slot.memory)
    }
    const client = openClient(slot.path)
    try {
      return await work(client)
    } finally {
      await client.close()
    }
  })
}

/** Closes the engine in memory, when there is one. */
export function releaseMemory(): Promise<void> {
  return inTurn(closeMemory)
}

async function release(clients: readonly ClickHouseClient[]): Promise<{ last: boolean }> {
  await Promise.all(clients.map((client) => client.close()))
  // Closing returns before the engine has let go of the folder; a process that exits meanwhile hangs.
  await drainPending()
  slot.users--
  if (slot.users === 0) slot.path = undefined
  return { last: slot.users === 0 }
}

async function closeMemory(): Promise<void> {
  if (slot.memory === undefined) return
  await slot.memory.close()
  slot.memory = undefined
  await drainPending()
}

function openClient(path: string): ClickHouseClient {
  // The two packages carry a copy each of the interface's declarations, which differ in name only.
  const connection = createChdbConnection({ path }) as unknown as NonNullable<ClientConfig['connection']>
  return createClient({ connection })
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.then(work)
  queue = result.catch(() => undefined)
  return result
}
