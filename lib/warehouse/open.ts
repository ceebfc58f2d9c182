import { openEmbedded } from './embedded/engine.ts'
import { openServer } from './server.ts'
import { createWarehouse } from './statements.ts'
import type { Warehouse } from './types.ts'

/** How a warehouse is opened; the fields of `Settings` fit. */
export interface WarehouseRequest {
  /** Folder of the embedded warehouse, unless `clickhouseUrl` is given. */
  readonly home: string
  readonly environment: string
  /** Address of a ClickHouse server, with user and password. */
  readonly clickhouseUrl?: string | undefined
  /** Bytes that the statements of this process may hold together. */
  readonly maxMemory: number
  /** Statements that may run at once; default 3. */
  readonly connections?: number
  /** How long to wait for another process that has the embedded folder, in milliseconds; default 0. */
  readonly waitMs?: number
}

/**
 * Opens the warehouse of an environment: a ClickHouse server, or the engine within this process over a folder that one
 * process at a time may hold.
 * @throws OttokError that says who holds the folder, or why the server cannot be used.
 */
export async function openWarehouse(request: WarehouseRequest): Promise<Warehouse> {
  const database = `ottok_${request.environment}`
  const connections = request.connections ?? 3
  const session = sessionSettings(request.maxMemory)
  const engine =
    request.clickhouseUrl === undefined
      ? await openEmbedded({ home: request.home, database, connections, session, waitMs: request.waitMs ?? 0 })
      : await openServer(request.clickhouseUrl, database, connections, session)
  return createWarehouse(engine, database)
}

function sessionSettings(maxMemory: number): Record<string, string | number> {
  return {
    // All statements of a process run as one user, so that this bounds their sum.
    max_memory_usage_for_user: maxMemory,
    max_memory_usage: maxMemory,
    max_bytes_before_external_group_by: Math.floor(maxMemory / 2),
    max_bytes_before_external_sort: Math.floor(maxMemory / 2),
    session_timezone: 'UTC',
    output_format_json_quote_64bit_integers: 1,
    date_time_input_format: 'best_effort',
  }
}
