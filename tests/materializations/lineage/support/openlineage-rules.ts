import { z } from 'zod'

/**
 * What OpenLineage's specification (version 2-0-2 and its facets) asks of an event, as rules of our own; fields that it does
 * not know are mistakes here, but for facets of our own.
 */
const uri = z.string().refine((text) => URL.canParse(text), { error: 'must be a URI' })
const dateTime = z.iso.datetime()
const uuid = z.uuid()
const base = { _producer: uri, _schemaURL: uri.regex(/^https:\/\/openlineage\.io\/spec\/.*\.json#\/\$defs\/\w+$/) }
const job = { namespace: z.string().min(1), name: z.string().min(1) }

const inputField = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  field: z.string(),
  transformations: z
    .array(
      z.strictObject({
        type: z.enum(['DIRECT', 'INDIRECT']),
        subtype: z.enum([
          'IDENTITY',
          'TRANSFORMATION',
          'AGGREGATION',
          'JOIN',
          'GROUP_BY',
          'FILTER',
          'SORT',
          'WINDOW',
          'CONDITIONAL',
        ]),
      }),
    )
    .min(1),
})

const datasetFacets = z.strictObject({
  columnLineage: z
    .strictObject({
      ...base,
      fields: z.record(z.string(), z.strictObject({ inputFields: z.array(inputField) })),
      dataset: z.array(inputField),
    })
    .optional(),
  dataSource: z.strictObject({ ...base, name: z.string(), uri }).optional(),
  documentation: z.strictObject({ ...base, description: z.string() }).optional(),
  schema: z
    .strictObject({ ...base, fields: z.array(z.strictObject({ name: z.string().min(1), type: z.string().min(1) })) })
    .optional(),
  version: z.strictObject({ ...base, datasetVersion: z.string().min(1) }).optional(),
  ottok_partitions: z.looseObject({ ...base, asset: z.string(), partitions: z.string() }).optional(),
})

const dataset = { ...job, facets: datasetFacets }

export const openLineageEvent = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: dateTime,
  producer: uri,
  schemaURL: z.literal('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
  run: z.strictObject({
    runId: uuid,
    facets: z.strictObject({
      errorMessage: z
        .strictObject({ ...base, message: z.string().min(1), programmingLanguage: z.string().min(1) })
        .optional(),
      nominalTime: z.strictObject({ ...base, nominalStartTime: dateTime, nominalEndTime: dateTime }).optional(),
      parent: z.strictObject({ ...base, run: z.strictObject({ runId: uuid }), job: z.strictObject(job) }).optional(),
      processing_engine: z.strictObject({ ...base, name: z.string(), version: z.string() }).optional(),
    }),
  }),
  job: z.strictObject({
    ...job,
    facets: z.strictObject({
      jobType: z.strictObject({
        ...base,
        processingType: z.enum(['BATCH', 'STREAMING']),
        integration: z.string(),
        jobType: z.string(),
      }),
      sql: z.strictObject({ ...base, query: z.string().min(1), dialect: z.string() }).optional(),
    }),
  }),
  inputs: z.array(z.strictObject(dataset)),
  outputs: z.array(
    z.strictObject({
      ...dataset,
      outputFacets: z.strictObject({
        outputStatistics: z
          .strictObject({
            ...base,
            rowCount: z.int().min(0).optional(),
            size: z.int().min(0).optional(),
            fileCount: z.int().min(0).optional(),
          })
          .optional(),
      }),
    }),
  ),
})

/** Throws for an event that breaks a rule, and for runs that do not begin and end once each. */
export function checkEvents(events: readonly unknown[]): void {
  const states = new Map<string, string[]>()
  for (const event of events) {
    const { run, eventType } = openLineageEvent.parse(event)
    states.set(run.runId, [...(states.get(run.runId) ?? []), eventType])
  }
  for (const [runId, types] of states) {
    if (types.length !== 2 || types[0] !== 'START' || types[1] === 'START') {
      throw new Error(`run ${runId} has the events ${types.join(', ')}`)
    }
  }
}
