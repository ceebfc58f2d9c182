/** Files as others deliver them: packed text, lines ended by a line feed. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { OttokError, type Resources } from 'ottok'

/**
 * Bytes of a file in the folder that the graph's resource `dataFolder` names.
 * @throws OttokError (exit code 2) when it cannot be read
 */
export async function readDelivered(file: string, { dataFolder }: Resources): Promise<Uint8Array> {
  const path = join(String(dataFolder), file)
  try {
    return await readFile(path)
  } catch (error) {
    throw new OttokError({
      what: `cannot read the delivered file ${path}`,
      cause: (error as Error).message,
      mend: 'Name the folder that holds it in the variable that the graph reads: see its definitions.ts.',
      exitCode: 2,
      underlying: error,
    })
  }
}

/** Lines of a packed file, a header included. */
export function linesOf(packed: Uint8Array): string[] {
  const lines = gunzipSync(packed).toString('utf8').split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** Version of what was delivered: it is another one when any byte is. */
export function versionOf(bytes: Uint8Array | string): string {
  return `${bytes.length}-${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`
}
