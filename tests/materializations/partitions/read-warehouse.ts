import { loadSettings } from '../../../lib/config/index.ts'
import { openSession } from '../../../materializations/session.ts'
import type { ShopCli } from '../cli/shop-cli.ts'

/** Rows of a query on the warehouse of a project's environment. */
export async function withWarehouse(cli: ShopCli, sql: string): Promise<unknown[]> {
  const settings = await loadSettings({ home: cli.home, environment: cli.env.OTTOK_ENV, env: cli.env })
  const session = await openSession({ settings, definitionsFile: cli.env.OTTOK_DEFINITIONS! })
  try {
    return await (await session.stores.warehouse()).rows(sql)
  } finally {
    await session.close()
  }
}
