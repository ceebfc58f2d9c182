import { createRequire } from 'node:module'
import { OttokError, redactUrl, type Settings } from '../../lib/config/index.ts'
import { readerRole } from '../stores/published-readers.ts'

/** What one check found. */
export interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly mend?: string
}

type Check = (settings: Settings) => Promise<string>

const require = createRequire(import.meta.url)

const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  ['node', checkNode],
  ['home', checkHome],
  ['postgres', checkPostgres],
  ['readers', checkReaders],
  ['automation', checkAutomation],
  ['warehouse', checkWarehouse],
  ['objects', checkObjects],
  ['xgboost', checkXgboost],
  ['onnxruntime', checkOnnxruntime],
]

/** Tries every store and library that the settings name, one after the other; none of them stops the others. */
export async function diagnose(settings: Settings): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const [name, check] of CHECKS) {
    try {
      findings.push({ name, ok: true, detail: await check(settings) })
    } catch (error) {
      findings.push(failed(name, error))
    }
  }
  return findings
}

function failed(name: string, error: unknown): Finding {
  if (error instanceof OttokError) {
    return { name, ok: false, detail: `${error.what}: ${error.reason}`, mend: error.mend }
  }
  const detail = error instanceof Error ? error.message : String(error)
  return { name, ok: false, detail, mend: 'Run `ottok doctor --verbose` and read what the library says.' }
}

async function checkNode(): Promise<string> {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major! > 20 || (major === 20 && minor! >= 19)) return `${process.version} on ${process.platform}-${process.arch}`
  throw new OttokError({
    what: `this is Node ${process.version}`,
    cause: 'Ottok needs 20.19 or later.',
    mend: 'Install a newer Node.',
  })
}

async function checkHome({ home, environment }: Settings): Promise<string> {
  const { access, constants, mkdir } = await import('node:fs/promises')
  try {
    await mkdir(home, { recursive: true })
    await access(home, constants.W_OK)
  } catch (error) {
    throw new OttokError({
      what: `cannot write in the home ${home}`,
      cause: `The system refuses it (${(error as NodeJS.ErrnoException).code}).`,
      mend: 'Choose a folder that you may write in with --home or OTTOK_HOME.',
    })
  }
  return `${home}, environment ${environment}`
}

async function checkPostgres(settings: Settings): Promise<string> {
  const { openPostgres } = await import('../../lib/postgres/index.ts')
  const postgres = await openPostgres(settings)
  try {
    const found = await postgres.pool.query<{ server_version: string }>('SHOW server_version')
    const version = Number.parseInt(found.rows[0]!.server_version, 10)
    if (version < 14) {
      throw new OttokError({
        what: `PostgreSQL ${found.rows[0]!.server_version} is too old`,
        cause: 'Ottok needs 14 or later.',
        mend: 'Point DATABASE_URL at a newer server, or unset it to use the embedded one.',
      })
    }
    return `${postgres.kind}, PostgreSQL ${found.rows[0]!.server_version} at ${redactUrl(postgres.url)}`
  } finally {
    await postgres.close()
  }
}

/** Who may read what is published: a role of the environment, which a run makes where it may. */
async function checkReaders(settings: Settings): Promise<string> {
  const { openPostgres } = await import('../../lib/postgres/index.ts')
  const postgres = await openPostgres(settings)
  try {
    const role = readerRole(settings.environment)
    const found = await postgres.pool.query<{ present: boolean; may: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS present, rolcreaterole OR rolsuper AS may
       FROM pg_roles WHERE rolname = current_user`,
      [role],
    )
    const { present, may } = found.rows[0]!
    if (present) return `members of the role ${role} may read what is published`
    if (may) return `the role ${role} will be made when something is published`
    throw new OttokError({
      what: `nobody but the owner may read what is published`,
      cause: `There is no role ${role}, and this user may not make one.`,
      mend: `Let an administrator run: CREATE ROLE "${role}" NOLOGIN; the next load grants it what it needs.`,
    })
  } finally {
    await postgres.close()
  }
}

async function checkAutomation(settings: Settings): Promise<string> {
  const { automationHealth } = await import('../automation/health.ts')
  return automationHealth(settings)
}

async function checkWarehouse(settings: Settings): Promise<string> {
  const { openWarehouse } = await import('../../lib/warehouse/index.ts')
  if (settings.clickhouseUrl === undefined) {
    const { embeddedFolder } = await import('../../lib/warehouse/embedded/engine.ts')
    const { livingHolder } = await import('../../lib/warehouse/embedded/holder.ts')
    const holder = await livingHolder(embeddedFolder(settings.home).holder)
    if (holder) {
      return `embedded chDB ${packageVersion('chdb')}, in use by process ${holder.pid} on ${holder.host} ("${holder.command}") since ${holder.since}`
    }
  }
  const warehouse = await openWarehouse({ ...settings, maxMemory: settings.warehouseMaxMemory })
  try {
    const [row] = await warehouse.rows<{ version: string }>('SELECT version() AS version')
    return warehouse.kind === 'embedded'
      ? `embedded chDB ${packageVersion('chdb')} (ClickHouse ${row!.version})`
      : `ClickHouse ${row!.version} at ${redactUrl(settings.clickhouseUrl!)}`
  } finally {
    await warehouse.close()
  }
}

async function checkObjects(settings: Settings): Promise<string> {
  const { openObjects } = await import('../../lib/objects/index.ts')
  const objects = await openObjects(settings)
  const id = await objects.storeId()
  return objects.kind === 'folder'
    ? `a folder of the home, store ${id}`
    : `S3 bucket ${settings.s3?.bucket} at ${redactUrl(settings.s3?.endpoint ?? '')}, store ${id}`
}

async function checkXgboost({ xgboostLib }: Settings): Promise<string> {
  const { xgboostVersion } = await import('../../lib/learning/xgboost/index.ts')
  const { version, library } = await xgboostVersion(xgboostLib)
  return `XGBoost ${version} (${library})`
}

async function checkOnnxruntime(): Promise<string> {
  await import('onnxruntime-node')
  return `onnxruntime-node ${packageVersion('onnxruntime-node')}`
}

function packageVersion(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version
}
