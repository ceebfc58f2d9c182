import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { ensureFolder, OttokError } from '../../config/index.ts'
import type { Engine, Link } from '../link.ts'
import { quoteIdentifier, quoteString, settingsList } from '../sql-text.ts'
import { livingHolder, removeHolder, writeHolder } from './holder.ts'
import { OtherFolderOpen, openConnections } from './slot.ts'

const RETRY_MS = 200

/** Where the embedded warehouse of a home is kept. */
export function embeddedFolder(home: string): {
  readonly data: string
  readonly spool: string
  readonly holder: string
} {
  const folder = join(home, 'warehouse')
  return { data: join(folder, 'data'), spool: join(folder, 'spool'), holder: join(folder, 'holder.json') }
}

/** How an embedded warehouse is opened. */
export interface EmbeddedRequest {
  readonly home: string
  readonly database: string
  readonly connections: number
  /** Settings of every connection, for as long as it lives. */
  readonly session: Readonly<Record<string, string | number>>
  /** How long to wait for another process that has the folder, in milliseconds; 0 = not at all. */
  readonly waitMs: number
}

/** Opens the folder of a home with the engine in this process. */
export async function openEmbedded(request: EmbeddedRequest): Promise<Engine> {
  const folder = embeddedFolder(request.home)
  await ensureFolder(folder.data)
  await ensureFolder(folder.spool)
  const { clients, release } = await connect(folder, request.connections + 1, request.waitMs)
  // The note goes last: while it stands, others wait without knocking.
  const letGo = async (): Promise<void> => {
    const { last } = await release()
    if (last) await removeHolder(folder.holder)
  }
  try {
    await writeHolder(folder.holder)
    await clients[0]!.command({ query: `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(request.database)}` })
    const links: Link[] = []
    for (const [i, client] of clients.entries()) {
      const tag = `ottok-${process.pid}-${i}-${randomUUID()}`
      await client.command({ query: `USE ${quoteIdentifier(request.database)}` })
      await client.command({ query: `SET ${settingsList({ ...request.session, log_comment: tag })}` })
      links.push(embeddedLink(client, tag, folder.spool))
    }
    return { kind: 'embedded', links: links.slice(1), control: clients[0]!, close: letGo }
  } catch (error) {
    await letGo()
    throw error
  }
}

function embeddedLink(client: ClickHouseClient, tag: string, spool: string): Link {
  return {
    client,
    // The engine gives statements ids of its own, but keeps the settings of the connection beside them.
    identify: (queryId = randomUUID()) => ({ queryId, condition: `Settings['log_comment'] = ${quoteString(tag)}` }),
    insert: async (head, tail, body) => {
      // A body within the statement is read as text, which ruins binary formats; a file is read as it is.
      const file = join(spool, randomUUID())
      try {
        await writeFile(file, body)
        await client.command({ query: `${head} FROM INFILE ${quoteString(file)} COMPRESSION 'none' ${tail}` })
      } finally {
        await rm(file, { force: true })
      }
    },
  }
}

async function connect(
  folder: { data: string; holder: string },
  count: number,
  waitMs: number,
): Promise<Awaited<ReturnType<typeof openConnections>>> {
  const until = Date.now() + waitMs
  for (;;) {
    const failure = await tryConnect(folder, count)
    if (!('error' in failure)) return failure
    const mayPass = !(failure.error instanceof OtherFolderOpen)
    if (!mayPass || Date.now() + RETRY_MS > until) throw await cannotOpen(folder, failure.error)
    await sleep(RETRY_MS)
  }
}

/** The engine's lock decides, but it prints an error of its own each time, so a living holder is believed unasked. */
async function tryConnect(
  folder: { data: string; holder: string },
  count: number,
): Promise<Awaited<ReturnType<typeof openConnections>> | { readonly error: unknown }> {
  const holder = await livingHolder(folder.holder)
  if (holder !== undefined && holder.host === hostname() && holder.pid !== process.pid) return { error: undefined }
  try {
    return await openConnections(folder.data, count)
  } catch (error) {
    return { error }
  }
}

async function cannotOpen(folder: { data: string; holder: string }, error: unknown): Promise<OttokError> {
  const what = `cannot open the warehouse ${folder.data}`
  if (error instanceof OtherFolderOpen) {
    const cause = `This process already has the warehouse ${error.path} open, and the engine takes one folder a process.`
    return new OttokError({ what, cause, mend: 'Close that one first, or use another process.', underlying: error })
  }
  const holder = await livingHolder(folder.holder)
  if (holder !== undefined) {
    return new OttokError({
      what,
      cause: `Process ${holder.pid} on ${holder.host} ("${holder.command}") has held it since ${holder.since}.`,
      mend: 'Wait for it with --wait, or stop that process.',
      underlying: error,
    })
  }
  return new OttokError({
    what,
    cause: `The engine refuses the folder: ${error instanceof Error ? error.message : String(error)}.`,
    mend: 'See that this user may write to the folder, that no other process uses it and that the disk is not full.',
    underlying: error,
  })
}
