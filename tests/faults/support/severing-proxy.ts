import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SeveringProxy {
  /** The address to give to whoever is to be cut off. */
  readonly url: string
  /** Connections that were cut: 1 once it has happened. */
  readonly cuts: () => number
  close(): Promise<void>
}

/**
 * Stands between a client and PostgreSQL. The first transaction that holds a statement with `needle` is committed by the
 * server, and its connection is cut before the client hears of it: the client cannot know what became of it.
 */
export async function openSeveringProxy(postgresUrl: string, needle: string): Promise<SeveringProxy> {
  const target = new URL(postgresUrl)
  const sockets = new Set<Socket>()
  let isChosen = false
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let hasNeedle = false
    let isDoomed = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      // The other side is closed by the 'close' below; a reset says nothing more.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      if (text.includes(needle)) hasNeedle = true
      if (text.includes('COMMIT\0')) {
        // Of two that commit at the same moment, one.
        isDoomed = hasNeedle && !isChosen
        isChosen ||= isDoomed
        hasNeedle = false
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!isDoomed) {
        client.write(chunk)
        return
      }
      // The answer to COMMIT: it stands.
      isDoomed = false
      cuts++
      client.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(postgresUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cuts: () => cuts,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
