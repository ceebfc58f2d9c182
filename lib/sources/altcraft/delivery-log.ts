/** What was sent to whom and what became of it, in PostgreSQL: so that only changes are sent, and each once. */

export type Query = <T extends object>(sql: string, values?: readonly unknown[]) => Promise<T[]>

/** `dry` writes batches down instead of sending them. The two never mix. */
export type DeliveryMode = 'dry' | 'live'

/** The latest delivery of an account that was answered well. */
export interface Delivered {
  readonly user_id: string
  readonly decision_id: string
  readonly content_hash: string
  readonly action: string
  readonly valid_until: Date
}

/** A row that is about to be sent. */
export interface Pending {
  readonly user_id: string
  readonly decision_id: string
  readonly content_hash: string
  readonly action: string
  readonly channel: string | null
  readonly offer: string | null
  readonly valid_until: string
}

export interface DeliveryLog {
  /** The latest good delivery of each account. */
  latest(): Promise<ReadonlyMap<string, Delivered>>
  /** Written before a batch is sent: what has no answer on record is sent again. */
  begin(batch: string, rows: readonly Pending[], at: Date): Promise<void>
  /** What was answered, by decision; no error means that it was taken. */
  answer(results: readonly { decision_id: string; error: string | undefined }[], at: Date): Promise<void>
}

const columns = [
  ['user_id', 'text NOT NULL', 'The account'],
  ['decision_id', 'uuid NOT NULL', 'The decision that is delivered'],
  ['mode', 'text NOT NULL', 'live, or dry: written down and not sent'],
  ['day', 'date NOT NULL', 'Snapshot day of the delivery'],
  ['batch', 'text NOT NULL', 'The batch it went with last'],
  ['action_code', 'text NOT NULL', "What is to be done; 'none' takes an earlier action back"],
  ['offer_code', 'text', 'Offer of the action'],
  ['channel', 'text', 'Channel of the action'],
  ['content_hash', 'text NOT NULL', 'Hash of what is said; equal ones are not sent again'],
  ['valid_until', 'timestamptz NOT NULL', 'Not to be used after'],
  ['state', 'text NOT NULL', 'pending: no answer on record; sent; failed: refused, with the error'],
  ['attempts', 'integer NOT NULL', 'How often it was sent'],
  ['error', 'text', 'What the last answer said against it'],
  ['begun_at', 'timestamptz NOT NULL', 'When it was sent first'],
  ['answered_at', 'timestamptz', 'When it was answered last'],
] as const

/** Opens the log of one mode and day in a schema; makes the table `deliveries` at first use. */
export async function openDeliveryLog(
  query: Query,
  place: { readonly schema: string; readonly mode: DeliveryMode; readonly day: string },
): Promise<DeliveryLog> {
  const table = `"${place.schema}".deliveries`
  await ensureTable(query, place.schema, table)
  return {
    latest: async () => {
      const rows = await query<Delivered>(
        `SELECT DISTINCT ON (user_id) user_id, decision_id::text AS decision_id, content_hash, action_code AS action, valid_until
         FROM ${table} WHERE mode = $1 AND state = 'sent' ORDER BY user_id, day DESC, answered_at DESC`,
        [place.mode],
      )
      return new Map(rows.map((row) => [row.user_id, row]))
    },
    begin: async (batch, rows, at) => {
      await query(
        `INSERT INTO ${table} AS d (user_id, decision_id, mode, day, batch, action_code, offer_code, channel, content_hash,
           valid_until, state, attempts, begun_at)
         SELECT r.user_id, r.decision_id, $1, $2::date, $3, r.action, r.offer, r.channel, r.content_hash, r.valid_until,
           'pending', 1, $4::timestamptz
         FROM jsonb_to_recordset($5::jsonb) AS r(user_id text, decision_id uuid, content_hash text, action text, channel text,
           offer text, valid_until timestamptz)
         ON CONFLICT (decision_id, mode) DO UPDATE SET batch = excluded.batch, action_code = excluded.action_code,
           offer_code = excluded.offer_code, channel = excluded.channel, content_hash = excluded.content_hash,
           valid_until = excluded.valid_until, state = 'pending', attempts = d.attempts + 1, error = NULL`,
        [place.mode, place.day, batch, at, JSON.stringify(rows)],
      )
    },
    answer: async (results, at) => {
      await query(
        `UPDATE ${table} d SET state = CASE WHEN r.error IS NULL THEN 'sent' ELSE 'failed' END, error = r.error,
           answered_at = $2::timestamptz
         FROM jsonb_to_recordset($3::jsonb) AS r(decision_id uuid, error text)
         WHERE d.decision_id = r.decision_id AND d.mode = $1`,
        [
          place.mode,
          at,
          JSON.stringify(results.map(({ decision_id, error }) => ({ decision_id, error: error ?? null }))),
        ],
      )
    },
  }
}

async function ensureTable(query: Query, schema: string, table: string): Promise<void> {
  const [found] = await query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [table])
  if (found?.present) return
  await query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
  const list = columns.map(([name, type]) => `${name} ${type}`).join(', ')
  await query(
    `CREATE TABLE IF NOT EXISTS ${table} (${list}, PRIMARY KEY (decision_id, mode),
       CHECK (mode IN ('dry', 'live')), CHECK (state IN ('pending', 'sent', 'failed')))`,
  )
  await query(`CREATE INDEX IF NOT EXISTS deliveries_user ON ${table} (user_id, mode, day DESC)`)
  await query(`COMMENT ON TABLE ${table} IS 'Decisions delivered to the marketing platform, and what became of them.'`)
  for (const [name, , text] of columns) {
    await query(`COMMENT ON COLUMN ${table}.${name} IS '${text.replaceAll("'", "''")}'`)
  }
}
