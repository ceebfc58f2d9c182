import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drainPending, Session } from 'chdb'

const USER = 'ottok'
const PASSWORD = 'stand-in'

/** Query parameters of ClickHouse's HTTP interface that are no settings. */
const OWN =
  /^(query|database|query_id|default_format|session_id|param_.*|wait_end_of_query|enable_http_compression|.*http_headers.*)$/

/** A running stand-in of a ClickHouse server. */
export interface ClickHouseHttp {
  /** Address with user and password. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * ClickHouse's HTTP interface over the embedded engine of this process, which must not use the engine otherwise: users,
 * databases, settings, parameters, inserts of bodies, query ids and KILL. Each request has a session of its own.
 */
export async function startClickHouseHttp(): Promise<ClickHouseHttp> {
  const folder = await mkdtemp(join(tmpdir(), 'ottok-clickhouse-'))
  const data = join(folder, 'data')
  // The engine lets go of a folder with its last session; this one holds it between requests.
  const keeper = new Session(data)
  const server = createServer(async (request, response) => {
    try {
      if (!isUser(request))
        throw new Error(`Code: 516. DB::Exception: ${USER}: Authentication failed. (AUTHENTICATION_FAILED)`)
      response.end(await answer(data, folder, request))
    } catch (error) {
      const message = (error as Error).message
      response.statusCode = message.includes('Code: 516') ? 403 : 500
      response.setHeader('X-ClickHouse-Exception-Code', /Code: (\d+)/.exec(message)?.[1] ?? '0')
      response.end(message)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `http://${USER}:${PASSWORD}@127.0.0.1:${port}`,
    stop: async () => {
      await new Promise((resolve) => server.close(resolve))
      keeper.close()
      await drainPending()
      await rm(folder, { recursive: true })
    },
  }
}

async function answer(data: string, folder: string, request: IncomingMessage): Promise<Uint8Array> {
  const { searchParams: given } = new URL(request.url!, 'http://localhost')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const inUrl = given.get('query')
  const file = join(folder, randomUUID())
  if (inUrl !== null) await writeFile(file, body)
  const sql =
    inUrl === null ? body.toString('utf8') : inUrl.replace(/(SETTINGS .*)?FORMAT \w+\s*$/, `FROM INFILE '${file}' $&`)

  const session = new Session(data)
  try {
    if (given.has('database')) await session.queryAsync(`USE \`${given.get('database')}\``)
    const settings = [...given].filter(([name]) => !OWN.test(name))
    // The engine names its queries itself, so the id given is kept as a comment.
    for (const [name, value] of [...settings, ['log_comment', given.get('query_id') ?? '']]) {
      await session.queryAsync(`SET ${name} = '${value}'`)
    }
    for (const [name, value] of [...given].filter(([name]) => name.startsWith('param_'))) {
      await session.queryAsync(`SET ${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    }
    const statement = sql.replace(/WHERE query_id = /, "WHERE Settings['log_comment'] = ")
    return (await session.queryAsync(statement, { format: given.get('default_format') ?? 'TabSeparated' })).bytes()
  } finally {
    session.close()
    await rm(file, { force: true })
  }
}

function isUser(request: IncomingMessage): boolean {
  return request.headers.authorization === `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
}
