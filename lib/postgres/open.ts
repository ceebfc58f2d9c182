import { join, resolve } from 'node:path'
import { connect } from './connect.ts'
import { removeEmbedded, startEmbedded, stopEmbedded } from './embedded/server.ts'
import type { Postgres } from './types.ts'

/** Which PostgreSQL to open; the fields of `Settings` fit. */
export interface PostgresRequest {
  readonly home: string
  readonly databaseUrl?: string | undefined
}

/**
 * Opens the PostgreSQL of the settings, or else the home's embedded server, which is started if need be.
 * @throws OttokError without the password when it cannot be reached or started
 */
export async function openPostgres(request: PostgresRequest): Promise<Postgres> {
  if (request.databaseUrl !== undefined) return connect(request.databaseUrl, 'server', 'DATABASE_URL')
  const home = resolve(request.home)
  return connect(await startEmbedded(home), 'embedded', `the log in ${join(home, 'postgres')}`)
}

/** Stops the home's embedded server; false when none was running. */
export function stopPostgres(home: string): Promise<boolean> {
  return stopEmbedded(resolve(home))
}

/** Stops the home's embedded server and deletes its data; as root these may lie outside of the home. */
export function removePostgres(home: string): Promise<void> {
  return removeEmbedded(resolve(home))
}
