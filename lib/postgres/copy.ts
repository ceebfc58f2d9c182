import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/** Rows of one network write; one write a row costs more than the row. */
const BATCH = 500

/**
 * Loads rows by COPY in text format. Values: null, text, numbers, bigint, booleans, Date (as an instant),
 * arrays (PostgreSQL arrays), Uint8Array (bytea), other objects (JSON).
 */
export async function copyIn(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
): Promise<void> {
  const list = columns.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')
  const target = client.query(copyFrom(`COPY ${table} (${list}) FROM STDIN`))
  await pipeline(Readable.from(batches(rows)), target)
}

async function* batches(
  rows: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
): AsyncGenerator<string> {
  let lines: string[] = []
  for await (const row of rows) {
    lines.push(row.map(field).join('\t'))
    if (lines.length < BATCH) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

function field(value: unknown): string {
  return value === null || value === undefined ? '\\N' : escaped(text(value))
}

function text(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `{${value.map(element).join(',')}}`
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Array elements are quoted always, so that commas, braces and the word NULL stay text. */
function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return text(value)
  return `"${text(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}
