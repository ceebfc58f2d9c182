import type { Settings } from '../../lib/config/index.ts'
import { type ObjectStore, openObjects } from '../../lib/objects/index.ts'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { requireKnownStore } from '../lineage/store-identity.ts'

/** The data stores, each opened at first use: commands that only read lineage never open the warehouse. */
export interface Stores {
  readonly warehouse: () => Promise<Warehouse>
  readonly objects: () => Promise<ObjectStore>
  close(): Promise<void>
}

export function openStores(settings: Settings, lineage: Lineage, options: { waitMs?: number } = {}): Stores {
  let warehouse: Promise<Warehouse> | undefined
  let objects: Promise<ObjectStore> | undefined
  return {
    warehouse: () => {
      warehouse ??= openKnownWarehouse(settings, lineage, options.waitMs ?? 0)
      return warehouse
    },
    objects: () => {
      objects ??= openKnownObjects(settings, lineage)
      return objects
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
    await requireKnownStore(lineage, 'warehouse', await warehouse.storeId())
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
