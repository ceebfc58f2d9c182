import { join } from 'node:path'
import type { Settings } from '../../lib/config/index.ts'
import type { Asset } from '../../lib/graph/index.ts'
import { publishedSchema } from '../stores/published-table.ts'
import { baseName } from '../stores/warehouse-tables.ts'

/** Name of a dataset, by the naming rules of OpenLineage: a store, and a place in it that stays the same. */
export interface DatasetName {
  readonly namespace: string
  readonly name: string
}

type Where = Pick<Settings, 'home' | 'environment' | 'clickhouseUrl' | 'databaseUrl' | 's3'>

const PORTS: Readonly<Record<string, string>> = {
  'http:': '8123',
  'https:': '8443',
  'postgres:': '5432',
  'postgresql:': '5432',
}

/** Jobs, and things that no store of ours has, go by the environment. */
export function environmentNamespace({ environment }: Pick<Settings, 'environment'>): string {
  return `ottok://${environment}`
}

/** Where the partitions of an asset lie. No user and no password of an address is in it. */
export function datasetName(asset: Asset, where: Where): DatasetName {
  const store = asset.kind === 'external' || asset.kind === 'effect' ? undefined : asset.store
  switch (store?.kind) {
    case 'warehouse':
      return {
        namespace: where.clickhouseUrl ? hostOf('clickhouse', where.clickhouseUrl) : fileOf('chdb', where.home),
        name: `ottok_${where.environment}.${baseName(asset.key)}`,
      }
    case 'objects':
      return where.s3
        ? { namespace: `s3://${where.s3.bucket}`, name: `${where.environment}/assets/${asset.key}` }
        : { namespace: 'file', name: join(where.home, 'objects', where.environment, 'assets', asset.key) }
    case 'published': {
      const database = where.databaseUrl ? new URL(where.databaseUrl).pathname.slice(1) || 'postgres' : 'postgres'
      return {
        namespace: where.databaseUrl ? hostOf('postgres', where.databaseUrl) : fileOf('postgres', where.home),
        name: `${database}.${publishedSchema(store, where.environment)}.${store.table}`,
      }
    }
    default:
      return { namespace: environmentNamespace(where), name: asset.key }
  }
}

function hostOf(scheme: string, address: string): string {
  const { hostname, port, protocol } = new URL(address)
  return `${scheme}://${hostname}:${port === '' ? PORTS[protocol] : port}`
}

/** An embedded store is where its home is. */
function fileOf(scheme: string, home: string): string {
  return `${scheme}://localhost${encodeURI(home)}`
}
