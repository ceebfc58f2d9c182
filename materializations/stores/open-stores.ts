import type { Settings } from '../../lib/config/index.ts'
import { type ObjectStore, openObjects } from '../../lib/objects/index.ts'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { knownStores, requireKnownStore, requireSameStore } from '../lineage/store-identity.ts'
import { notedStore, noteStore } from './store-notes.ts'

/** The data stores, each opened at first use: commands that only read lineage never open the warehouse. */
export interface Stores {
  readonly warehouse: () => Promise<Warehouse>
  readonly objects: () => Promise<ObjectStore>
  /**
   * Throws ForeignStore when lineage was recorded against other stores than these. `noted` asks what can be told without
   * opening the warehouse or a server; `opened` asks the stores themselves.
   */
  readonly requireKnown: (depth: 'noted' | 'opened') => Promise<void>
  close(): Promise<void>
}

export function openStores(settings: Settings, lineage: Lineage, options: { waitMs?: number } = {}): Stores {
  let warehouse: Promise<Warehouse> | undefined
  let objects: Promise<ObjectStore> | undefined
  const openedWarehouse = () => {
    warehouse ??= openKnownWarehouse(settings, lineage, options.waitMs ?? 0)
    return warehouse
  }
  const openedObjects = () => {
    objects ??= openKnownObjects(settings, lineage)
    return objects
  }
  return {
    warehouse: openedWarehouse,
    objects: openedObjects,
    requireKnown: async (depth) => {
      const known = await knownStores(lineage)
      if (known.has('objects') && (depth === 'opened' || !settings.s3)) await openedObjects()
      const expected = known.get('warehouse')
      if (expected === undefined) return
      if (depth === 'opened') await openedWarehouse()
      else if (!settings.clickhouseUrl) requireSameStore(lineage, 'warehouse', expected, await notedStore(settings))
    },
    close: async () => {
      const open = await warehouse?.catch(() => undefined)
      await open?.close()
    },
  }
}

async function openKnownWarehouse(settings: Settings, lineage: Lineage, waitMs: number): Promise<Warehouse> {
  // Its client and engine take a third of a second to load: only for those who use it.
  const { openWarehouse } = await import('../../lib/warehouse/index.ts')
  const warehouse = await openWarehouse({ ...settings, maxMemory: settings.warehouseMaxMemory, waitMs })
  try {
    const storeId = await warehouse.storeId()
    // The note first: a lineage that knows a store finds its note, whenever a process ends.
    if (warehouse.kind === 'embedded') await noteStore(settings, storeId)
    await requireKnownStore(lineage, 'warehouse', storeId)
  } catch (error) {
    await warehouse.close()
    throw error
  }
  return warehouse
}

async function openKnownObjects(settings: Settings, lineage: Lineage): Promise<ObjectStore> {
  const objects = await openObjects(settings)
  await requireKnownStore(lineage, 'objects', await objects.storeId())
  return objects
}
