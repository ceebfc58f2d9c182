import pg from 'pg'
import type { DemoSummary } from '../../../../lib/churn/index.ts'
import { openProduct, type Product } from './cli.ts'

/** A home in which `ottok demo` has run, and what it said. */
export interface DemoHome {
  readonly product: Product
  readonly summary: DemoSummary
  /** Of the mart, as a name without quotes; `client` finds the mart's relations in it. */
  readonly schema: string
  readonly client: pg.Client
  readonly remove: () => Promise<void>
}

/** Runs `ottok demo` in a home of its own. Nothing is left when it fails. */
export async function openDemo(size: { readonly users: number; readonly days: number }): Promise<DemoHome> {
  const product = await openProduct()
  try {
    const summary = await product.json<DemoSummary>('demo', '--users', `${size.users}`, '--days', `${size.days}`)
    const schema = summary.mart.table.split('.')[0]!
    const { url } = await product.json<{ url: string }>('url', 'postgres')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(`SET search_path = "${schema}"`)
    const remove = async (): Promise<void> => {
      await client.end()
      await product.remove()
    }
    return { product, summary, schema, client, remove }
  } catch (error) {
    await product.remove()
    throw error
  }
}
