/** Seam 6: environments that share every store do not see each other, and lineage knows which store it speaks of. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Settings } from '../../../lib/config/index.ts'
import { asset, daily, objects, published, sql, sqlAsset, value } from '../../../lib/graph/index.ts'
import { openObjects } from '../../../lib/objects/index.ts'
import { STORE_ID_KEY } from '../../../lib/objects/keys.ts'
import { openPostgres } from '../../../lib/postgres/index.ts'
import { openWarehouse } from '../../../lib/warehouse/index.ts'
import { storedVersions } from '../../../materializations/operations/stored-versions.ts'
import { verify } from '../../../materializations/operations/verify.ts'
import { planWipe, wipe } from '../../../materializations/operations/wipe.ts'
import { type Home, makeHome } from './support/home.ts'
import { inMemory, isEmpty, type Lab, openLab } from './support/lab.ts'

const now = '2026-03-03T07:00:00+03:00'
const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })

/** One asset in each store; all of them say who made them. */
function definitions(folder: string, who: string) {
  const table = sqlAsset({
    key: 'features/table',
    partitions: days,
    orderBy: [],
    sql: ({ partition }) => sql`SELECT ${partition.first} AS day, '${who}' AS who`,
  })
  const file = asset({
    key: 'models/file',
    partitions: days,
    deps: { table },
    store: objects({ extension: 'txt' }),
    params: who,
    materialize: async () => ({ kind: 'bytes', bytes: Buffer.from(who) }),
  })
  const note = asset({
    key: 'models/note',
    deps: {},
    store: value,
    params: who,
    materialize: async () => ({ kind: 'value', value: who }),
  })
  const mart = asset({
    key: 'scores/mart',
    partitions: days,
    deps: { table },
    params: who,
    store: published({
      schema: 'mart',
      table: 'people',
      comment: 'Who made it.',
      columns: [{ name: 'who', type: 'text', comment: 'Who' }],
      key: ['who'],
    }),
    materialize: async () => ({ kind: 'rows', rows: [[who]] }),
  })
  return inMemory(folder, { assets: [table, file, note, mart] })
}

async function whatIsThere(lab: Lab) {
  return lab.at(now, async (session) => {
    const { stores, lineage, state, settings } = session
    const warehouse = await stores.warehouse()
    const newest = (await storedVersions(session, await state(), 'models/file')).at(-1)!.location
    const bytes = newest.kind === 'objects' ? await (await stores.objects()).get(newest.object) : new Uint8Array()
    return {
      table: (await warehouse.rows<{ who: string }>('SELECT DISTINCT who FROM features__table')).map((row) => row.who),
      file: Buffer.from(bytes).toString(),
      mart: await lineage.query(`SELECT who FROM "mart_${settings.environment}".people`),
    }
  })
}

/** `ottok wipe '*' --yes` */
function wipeAll(lab: Lab): Promise<unknown> {
  return lab.at(now, async (session) => {
    const state = await session.state({ anyStores: true })
    await wipe(session, await planWipe(session, state, session.graph.order, { kind: 'all' }, { effects: false }))
  })
}

const contentOf = (who: string) => ({ table: [who], file: who, mart: [{ who }] })

describe('two environments in one PostgreSQL, one warehouse and one object store', () => {
  let home: Home
  let anna: Lab
  let boris: Lab
  let borisSettings: Settings

  beforeAll(async () => {
    home = await makeHome()
    borisSettings = await home.settings('boris')
    anna = openLab(await home.settings('anna'), await definitions(home.folder, 'anna'))
    boris = openLab(borisSettings, await definitions(home.folder, 'boris'))
  })
  afterAll(() => home.remove())

  test('make and read their own data', async () => {
    const first = await anna.materialize(now)
    expect(first.troubles).toEqual([])
    const plan = await boris.plan(now)
    expect(plan.counts).toMatchObject({ proven: first.made.length })
    expect(plan.steps.flatMap((step) => step.causes.map((cause) => cause.kind))).not.toContain('code')

    expect((await boris.materialize(now)).made).toEqual(first.made)
    expect(await whatIsThere(anna)).toEqual(contentOf('anna'))
    expect(await whatIsThere(boris)).toEqual(contentOf('boris'))
    expect(isEmpty(await anna.plan(now))).toBe(true)
    expect(isEmpty(await boris.plan(now))).toBe(true)
  })

  test('find no foreign rows in each other’s stores', async () => {
    for (const lab of [anna, boris]) {
      const verdicts = await lab.at(now, async (session) => verify(session, await session.state(), session.graph.order))
      expect(verdicts.filter((verdict) => !verdict.ok)).toEqual([])
    }
  })

  test('are made anew by changed code alone, each for itself', async () => {
    const changed = openLab(borisSettings, await definitions(home.folder, 'vera'))
    expect((await changed.materialize(now)).troubles).toEqual([])
    expect(await whatIsThere(changed)).toEqual(contentOf('vera'))
    expect(await whatIsThere(anna)).toEqual(contentOf('anna'))
    expect(isEmpty(await anna.plan(now))).toBe(true)
  })

  test('are wiped alone', async () => {
    await wipeAll(boris)
    const { steps, counts } = await boris.plan(now)
    expect(counts).toEqual({ proven: 7, possible: 0, blocked: 0 })
    expect(new Set(steps.flatMap((step) => step.causes.map((cause) => cause.kind)))).toEqual(
      new Set(['missing', 'upstream']),
    )
    expect(isEmpty(await anna.plan(now))).toBe(true)
    expect(await whatIsThere(anna)).toEqual(contentOf('anna'))
  })
})

describe('lineage refuses', () => {
  let home: Home

  beforeAll(async () => {
    home = await makeHome()
  })
  afterAll(() => home.remove())

  /** An environment where all is made. */
  async function made(name: string): Promise<{ settings: Settings; lab: Lab }> {
    const settings = await home.settings(name)
    const lab = openLab(settings, await definitions(home.folder, name))
    expect((await lab.materialize(now)).troubles).toEqual([])
    return { settings, lab }
  }
  const MEND = /Point the settings at the right store, or give up what is recorded with `ottok wipe/

  test('a warehouse that was emptied, until what is recorded is given up', async () => {
    const { settings, lab } = await made('emptied')
    const other = await openWarehouse({ ...settings, environment: 'other', maxMemory: settings.warehouseMaxMemory })
    await other.command(`DROP DATABASE \`ottok_${settings.environment}\``)
    await other.close()
    const tomorrow = '2026-03-04T07:00:00+03:00'
    for (const moment of [now, tomorrow]) {
      const failure = lab.materialize(moment)
      await expect(failure).rejects.toThrow(/the warehouse store does not belong to this lineage/)
      await expect(failure).rejects.toThrow(MEND)
    }
    await expect(
      lab.at(now, async (session) => verify(session, await session.state(), session.graph.order)),
    ).rejects.toThrow(/was emptied, replaced/)

    await wipeAll(lab)
    expect((await lab.materialize(now)).troubles).toEqual([])
    expect(await whatIsThere(lab)).toEqual(contentOf('emptied'))
  })

  test('an object store that was emptied', async () => {
    const { settings, lab } = await made('no_objects')
    const store = await openObjects(settings)
    for await (const { key } of store.list('')) await store.delete(key)
    await store.delete(STORE_ID_KEY)
    await expect(lab.materialize(now)).rejects.toThrow(/the objects store does not belong to this lineage/)
  })

  test('the warehouse of another home', async () => {
    const { settings } = await made('foreign')
    const postgres = await openPostgres(settings)
    await postgres.close()
    const { url } = postgres
    const stranger = await makeHome()
    try {
      const lab = openLab(
        { ...settings, home: stranger.folder, databaseUrl: url },
        await definitions(home.folder, 'foreign'),
      )
      const failure = lab.materialize(now)
      await expect(failure).rejects.toThrow(/store does not belong to this lineage/)
      await expect(failure).rejects.toThrow(MEND)
      await expect(failure).rejects.not.toThrow(new URL(url).password)
      await expect(lab.plan(now)).rejects.toThrow(MEND)
    } finally {
      await stranger.remove()
    }
  })

  test('a warehouse whose folder is gone, without opening it', async () => {
    const { lab } = await made('gone')
    await rm(join(home.folder, 'warehouse'), { recursive: true })
    await expect(lab.plan(now)).rejects.toThrow(/this one is empty.*Point the settings at the right store/)
    await expect(lab.at(now, (session) => session.state())).rejects.toThrow(MEND)
  })
})
