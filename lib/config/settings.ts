import { availableParallelism, userInfo } from 'node:os'
import { resolve } from 'node:path'
import * as z from 'zod'
import { readConfigFile } from './config-file.ts'
import { OttokError } from './errors.ts'

const GIGABYTE = 1024 ** 3

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  })

const timeZone = z.string().refine(isTimeZone, { error: 'must be an IANA time zone such as Europe/Moscow' })

const s3Schema = z.strictObject({
  /** Base URL of the S3 service, e.g. `https://storage.yandexcloud.net`. */
  endpoint: url('http:', 'https:'),
  bucket: z.string().min(1),
  region: z.string().min(1).default('us-east-1'),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
})

const altcraftSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    /** Batches are written down and not sent. */
    mode: z.literal('dry'),
    url: url('http:', 'https:').optional(),
    token: z.string().min(1).optional(),
    databaseId: z.coerce.number().int().min(1).optional(),
    userField: z.string().min(1).default('user_id'),
  }),
  z.strictObject({
    mode: z.literal('live'),
    url: url('http:', 'https:'),
    token: z.string().min(1),
    databaseId: z.coerce.number().int().min(1),
    userField: z.string().min(1).default('user_id'),
  }),
])

const settingsSchema = z.strictObject({
  /** Absolute folder of everything that is kept on this machine. */
  home: z.string().min(1),
  /** Prefix of the PostgreSQL schema, the ClickHouse database and the S3 keys. */
  environment: z.string().regex(/^[a-z0-9_]{1,32}$/, { error: 'must be 1 to 32 of a-z, 0-9 and _' }),
  /** PostgreSQL to use instead of the embedded one; holds a password: print it only through `redactUrl`. */
  databaseUrl: url('postgres:', 'postgresql:').optional(),
  /** ClickHouse server to use instead of the embedded engine; holds a password: print it only through `redactUrl`. */
  clickhouseUrl: url('http:', 'https:').optional(),
  /** S3 to use instead of the folder. */
  s3: s3Schema.optional(),
  /** The marketing platform that decisions are delivered to. */
  altcraft: altcraftSchema.default({ mode: 'dry', userField: 'user_id' }),
  /** Path of libxgboost, when it is not where the system's loader finds it. */
  xgboostLib: z.string().min(1).optional(),
  /** Absolute path of the document of offers and rules, instead of the one that is shipped. */
  offersFile: z.string().min(1).optional(),
  /** Zone whose midnights bound the days of daily partitions. */
  timezone: timeZone.default('Europe/Moscow'),
  /** Hours after the end of a day before its partition is due. */
  publishLagHours: z.coerce.number().min(0).max(240).default(6),
  /** Bytes that all warehouse queries of this process may hold together. */
  warehouseMaxMemory: z.coerce
    .number()
    .int()
    .min(GIGABYTE / 4)
    .default(2 * GIGABYTE),
  /** Steps that run at once. */
  concurrency: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  /** Steps of a pool that run at once, by pool; wins over the graph's own limits. */
  pools: z
    .preprocess(
      poolsOfText,
      z.record(z.string(), z.coerce.number().int().min(1), { error: 'must be like xgboost=1,altcraft=2' }),
    )
    .default({}),
  /** Days that the logs of steps are kept; lineage is kept apart from them. */
  keepLogsDays: z.coerce.number().min(0).max(36_500).default(30),
})

/** Every setting of the product, checked. */
export type Settings = z.infer<typeof settingsSchema>

/** The connection to an S3 service. */
export type S3Settings = z.infer<typeof s3Schema>

/** How decisions are delivered; holds a token. */
export type AltcraftSettings = z.infer<typeof altcraftSchema>

/** What an `ottok.config.*` file exports or holds: any of the settings, all optional. */
export type SettingsFile = Partial<Omit<Settings, 's3' | 'altcraft'>> & {
  s3?: Partial<S3Settings>
  altcraft?: Partial<AltcraftSettings>
}

const VARIABLES: Readonly<Record<string, string>> = {
  home: 'OTTOK_HOME',
  environment: 'OTTOK_ENV',
  databaseUrl: 'DATABASE_URL',
  clickhouseUrl: 'CLICKHOUSE_URL',
  xgboostLib: 'XGBOOST_LIB',
  offersFile: 'OTTOK_OFFERS',
  timezone: 'OTTOK_TIMEZONE',
  publishLagHours: 'OTTOK_PUBLISH_LAG_HOURS',
  warehouseMaxMemory: 'OTTOK_WAREHOUSE_MAX_MEMORY',
  concurrency: 'OTTOK_CONCURRENCY',
  pools: 'OTTOK_POOLS',
  keepLogsDays: 'OTTOK_KEEP_LOGS_DAYS',
}

const S3_VARIABLES: Readonly<Record<string, string>> = {
  endpoint: 'S3_ENDPOINT',
  bucket: 'S3_BUCKET',
  region: 'S3_REGION',
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
}

const ALTCRAFT_VARIABLES: Readonly<Record<string, string>> = {
  mode: 'ALTCRAFT_MODE',
  url: 'ALTCRAFT_URL',
  token: 'ALTCRAFT_TOKEN',
  databaseId: 'ALTCRAFT_DATABASE',
  userField: 'ALTCRAFT_USER_FIELD',
}

/** Settings of several parts, by the variables of the parts. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: S3_VARIABLES,
  altcraft: ALTCRAFT_VARIABLES,
}

/** What `loadSettings` may be told; each wins over the environment, which wins over the file, which wins over defaults. */
export interface SettingsRequest {
  readonly home?: string | undefined
  readonly environment?: string | undefined
  /** Defaults to `process.env`. */
  readonly env?: NodeJS.ProcessEnv
  /** Path of a config file; default: `ottok.config.ts`, `.mjs` or `.json` of the working directory, when there is one. */
  readonly configFile?: string | undefined
}

/**
 * Reads and checks the settings.
 * @throws OttokError (exit code 2) that names the setting, where it is set and its mend; never its value.
 */
export async function loadSettings(request: SettingsRequest = {}): Promise<Settings> {
  const env = request.env ?? process.env
  const file = await readConfigFile(request.configFile)
  const s3 = chooseS3(readVariables(S3_VARIABLES, env), file.values.s3)
  const chosen: Record<string, unknown> = {
    home: './.ottok',
    environment: defaultEnvironment(),
    ...file.values,
    ...readVariables(VARIABLES, env),
    ...(request.home === undefined ? {} : { home: request.home }),
    ...(request.environment === undefined ? {} : { environment: request.environment }),
  }
  const altcraft = chooseAltcraft(readVariables(ALTCRAFT_VARIABLES, env), file.values.altcraft)
  const parsed = settingsSchema.safeParse({ ...chosen, s3, ...(altcraft !== undefined && { altcraft }) })
  if (!parsed.success) throw wrongSetting(parsed.error.issues[0]!, file.path)
  const { home, offersFile } = parsed.data
  return {
    ...parsed.data,
    home: resolve(home),
    ...(offersFile === undefined ? {} : { offersFile: resolve(offersFile) }),
  }
}

function readVariables(names: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [setting, variable] of Object.entries(names)) {
    const value = env[variable]
    if (value !== undefined && value !== '') found[setting] = value
  }
  return found
}

/** S3 is chosen by its endpoint or bucket; AWS keys alone, which many machines carry, choose nothing. */
function chooseS3(fromEnv: Record<string, string>, fromFile: unknown): unknown {
  if (fromFile !== undefined && (typeof fromFile !== 'object' || fromFile === null)) return fromFile
  const merged: Record<string, unknown> = { ...fromFile, ...fromEnv }
  return merged.endpoint === undefined && merged.bucket === undefined ? undefined : merged
}

/** Dry unless it is said to be live, whatever else is given. */
function chooseAltcraft(fromEnv: Record<string, string>, fromFile: unknown): unknown {
  if (fromFile !== undefined && (typeof fromFile !== 'object' || fromFile === null)) return fromFile
  const merged: Record<string, unknown> = { ...fromFile, ...fromEnv }
  return Object.keys(merged).length === 0 ? undefined : { mode: 'dry', ...merged }
}

function wrongSetting(issue: z.core.$ZodIssue, configPath: string | undefined): OttokError {
  const place = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const holder = place === '' ? '' : ` of ${place}`
    return new OttokError({
      what: `the configuration ${configPath ?? ''} has no setting named ${issue.keys.join(', ')}${holder}`.replace(
        '  ',
        ' ',
      ),
      cause: 'The name is not one of the settings.',
      mend: `Use one of ${Object.keys(GROUPS[place] ?? { ...VARIABLES, ...GROUPS }).join(', ')}.`,
      exitCode: 2,
    })
  }
  const group = GROUPS[String(issue.path[0])]
  const variable = group ? group[String(issue.path[1])] : VARIABLES[String(issue.path[0])]
  const names = variable === undefined ? place : `${variable} (${place})`
  return new OttokError({
    what: `the setting ${names} is wrong`,
    cause: `It ${issue.message.startsWith('must') ? issue.message : `is missing or not usable: ${issue.message}`}.`,
    mend: `Set ${variable ?? place}${configPath === undefined ? '' : ` in the environment or ${place} in ${configPath}`}.`,
    exitCode: 2,
  })
}

/** `xgboost=1,altcraft=2` as an object; what is not of that form is left for the check to refuse. */
function poolsOfText(given: unknown): unknown {
  if (typeof given !== 'string') return given
  const pairs = given.split(',').map((pair) => pair.trim().split('='))
  if (pairs.some(([name, limit, ...rest]) => !name || !limit || rest.length > 0)) return given
  return Object.fromEntries(pairs)
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The user's name in the letters an environment may have; never `production`, which must be said. */
function defaultEnvironment(): string {
  const name = userName()
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')
    .slice(0, 27)
  return name === 'production' ? 'user_production' : name
}

/** Containers often run under a number without a name, for which `userInfo` throws. */
function userName(): string {
  try {
    return userInfo().username
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error
    return `user_${process.getuid?.() ?? 0}`
  }
}
