import { churnFeatures, modelColumns } from '../../lib/features/index.ts'
import type { QueryEngine } from '../../lib/graph/index.ts'
import { type ChurnRows, floatMatrix } from '../../lib/learning/index.ts'

/** What stands behind the features of a training row. */
const FLAGS = ['y', 'due', 'undecided'] as const

/** Names of the columns that models read, in order. */
export const featureNames = modelColumns(churnFeatures).map(({ name }) => name)

/** The labelled rows of a segment, by snapshot day and user. `table` is a table expression over the training set. */
export async function readTrainingRows(
  engine: Pick<QueryEngine, 'bytes'>,
  table: string,
  segment: string,
  signal?: AbortSignal,
): Promise<ChurnRows> {
  const read = await floatMatrix(engine, {
    sql: `SELECT * FROM ${table} WHERE segment = {segment:String} ORDER BY snapshot_day, user_id`,
    columns: [...featureNames, ...FLAGS],
    key: ['user_id', 'snapshot_day'],
    params: { segment },
    ...(signal && { signal }),
  })
  const width = featureNames.length
  const data = new Float32Array(read.rows * width)
  const labels = new Float32Array(read.rows)
  const due = new Uint8Array(read.rows)
  const undecided = new Uint8Array(read.rows)
  for (let row = 0; row < read.rows; row++) {
    const from = row * (width + FLAGS.length)
    data.set(read.data.subarray(from, from + width), row * width)
    labels[row] = read.data[from + width]!
    due[row] = read.data[from + width + 1]!
    undecided[row] = read.data[from + width + 2]!
  }
  const matrix = { rows: read.rows, columns: width, data }
  return { matrix, labels, due, undecided, userIds: read.keys.user_id!, days: read.keys.snapshot_day! }
}
