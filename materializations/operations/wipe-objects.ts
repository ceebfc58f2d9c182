import type { StoredLocation } from '../planner/recorded.ts'
import type { Session } from '../session.ts'

/** Deletes the objects of every recorded version. */
export async function wipeObjects(session: Session, locations: readonly StoredLocation[]): Promise<void> {
  const keys = new Set(locations.flatMap((location) => (location.kind === 'objects' ? [location.object] : [])))
  if (keys.size === 0) return
  const objects = await session.stores.objects()
  for (const key of keys) await objects.delete(key)
}
