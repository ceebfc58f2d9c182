import { OttokError } from '../../lib/config/errors.ts'
import type { Lineage } from './lineage.ts'

/** A store that this lineage was not recorded against. */
export class ForeignStore extends OttokError {
  readonly kind: 'warehouse' | 'objects'

  constructor(kind: 'warehouse' | 'objects', lineage: string, expected: string, found: string) {
    super({
      what: `the ${kind} store does not belong to this lineage`,
      cause: `Lineage ${lineage} was recorded against store ${expected}, and this one is ${found}: it was emptied, replaced, or is another environment's.`,
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
export async function requireKnownStore(
  lineage: Lineage,
  kind: 'warehouse' | 'objects',
  storeId: string,
): Promise<void> {
  const known = await lineage.query<{ store_id: string }>(
    `INSERT INTO stores (kind, store_id) VALUES ($1, $2)
     ON CONFLICT (kind) DO UPDATE SET kind = excluded.kind RETURNING store_id`,
    [kind, storeId],
  )
  const expected = known[0]!.store_id
  if (expected === storeId) return
  throw new ForeignStore(kind, lineage.schema, expected, storeId)
}

/** Forgets which store belonged to this lineage; only after its recorded state was wiped. */
export async function forgetStores(lineage: Lineage): Promise<void> {
  await lineage.query('DELETE FROM stores')
}
