import { OttokError } from '../../lib/config/errors.ts'
import type { Lineage } from './lineage.ts'

export type StoreKind = 'warehouse' | 'objects'

/** A store that this lineage was not recorded against. */
export class ForeignStore extends OttokError {
  readonly kind: StoreKind

  constructor(kind: StoreKind, lineage: string, expected: string, found: string | undefined) {
    super({
      what: `the ${kind} store does not belong to this lineage`,
      cause: `Lineage ${lineage} was recorded against store ${expected}, and this one is ${found ?? 'empty'}: it was emptied, replaced, or is another environment's.`,
      mend: `Point the settings at the right store, or give up what is recorded with \`ottok wipe '*' --yes\`.`,
    })
    this.name = 'ForeignStore'
    this.kind = kind
  }
}

/**
 * Binds a data store to this lineage at first use, and afterwards refuses any other: "fresh" means
 * nothing against a store that was emptied or belongs to somebody else.
 */
export async function requireKnownStore(lineage: Lineage, kind: StoreKind, storeId: string): Promise<void> {
  // Looked at before anything is written: a role that may only read the lineage can plan.
  const known = (await knownStores(lineage)).get(kind) ?? (await bindStore(lineage, kind, storeId))
  requireSameStore(lineage, kind, known, storeId)
}

/** The store that is bound then: this one, or that of a process which was first. */
async function bindStore(lineage: Lineage, kind: StoreKind, storeId: string): Promise<string> {
  const [bound] = await lineage.query<{ store_id: string }>(
    `INSERT INTO stores (kind, store_id) VALUES ($1, $2)
     ON CONFLICT (kind) DO UPDATE SET kind = excluded.kind RETURNING store_id`,
    [kind, storeId],
  )
  return bound!.store_id
}

/** `found` is undefined for a store that is not there. */
export function requireSameStore(lineage: Lineage, kind: StoreKind, expected: string, found: string | undefined): void {
  if (expected !== found) throw new ForeignStore(kind, lineage.schema, expected, found)
}

/** The stores that this lineage was recorded against. */
export async function knownStores(lineage: Lineage): Promise<ReadonlyMap<StoreKind, string>> {
  const rows = await lineage.query<{ kind: StoreKind; store_id: string }>('SELECT kind, store_id FROM stores')
  return new Map(rows.map((row) => [row.kind, row.store_id]))
}

/** Forgets which store belonged to this lineage; only after its recorded state was wiped. */
export async function forgetStores(lineage: Lineage): Promise<void> {
  await lineage.query('DELETE FROM stores')
}
