import { OttokError } from '../config/errors.ts'

/** A dense table of numbers. `data` is row-major, `rows * columns` long; a missing value is `NaN`. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
}

/**
 * An empty matrix in shared memory. The training worker reads such a matrix where it lies; any other matrix is
 * copied once on its way there.
 */
export function sharedMatrix(rows: number, columns: number): Matrix {
  return {
    rows,
    columns,
    data: new Float32Array(new SharedArrayBuffer(rows * columns * Float32Array.BYTES_PER_ELEMENT)),
  }
}

/** The given rows of `matrix`, in the given order, as a new shared matrix. */
export function takeRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const taken = sharedMatrix(indices.length, matrix.columns)
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * matrix.columns
    taken.data.set(matrix.data.subarray(from, from + matrix.columns), i * matrix.columns)
  }
  return taken
}

/**
 * Throws when the data are not `rows * columns` long or hold an infinity: XGBoost refuses infinities, and a feature
 * that makes one divides by zero somewhere.
 *
 * @param name what the matrix is, for the error text, e.g. `the train slice`
 */
export function checkMatrix(matrix: Matrix, name: string): void {
  const { rows, columns, data } = matrix
  if (data.length !== rows * columns || rows === 0 || columns === 0) {
    throw new OttokError({
      what: `cannot use the matrix of ${name}`,
      cause: `It says ${rows} rows x ${columns} columns and holds ${data.length} numbers.`,
      mend: 'Give at least one row and one column, row-major, without gaps.',
    })
  }
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (value === Infinity || value === -Infinity) {
      throw new OttokError({
        what: `cannot use the matrix of ${name}`,
        cause: `Row ${Math.floor(i / columns)}, column ${i % columns} is ${value}.`,
        mend: 'Make the feature yield NaN (missing) where it would divide by zero or overflow.',
      })
    }
  }
}
