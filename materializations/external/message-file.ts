import { type FileHandle, open } from 'node:fs/promises'
import { BadMessage } from './messages.ts'

/** The longest line, in bytes: a value result is one line. */
const LONGEST_LINE = 16 * 1024 * 1024

const CHUNK = 256 * 1024

/** Follows a file that a program appends lines to. */
export class MessageFile {
  readonly #file: FileHandle
  readonly #onLine: (line: string, number: number) => void
  readonly #chunk = Buffer.alloc(CHUNK)
  #parts: Buffer[] = []
  #pending = 0
  #number = 0

  private constructor(file: FileHandle, onLine: (line: string, number: number) => void) {
    this.#file = file
    this.#onLine = onLine
  }

  /** Makes the file, empty; `onLine` is called once for each line, numbered from 1. What it throws, `read` throws. */
  static async create(path: string, onLine: (line: string, number: number) => void): Promise<MessageFile> {
    return new MessageFile(await open(path, 'wx+', 0o600), onLine)
  }

  /** Reads what has come since the last call. */
  async read(): Promise<void> {
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, CHUNK, null)
      if (bytesRead === 0) return
      this.#take(this.#chunk.subarray(0, bytesRead))
    }
  }

  /** Reads the rest: the last line need not end with a line feed. */
  async end(): Promise<void> {
    await this.read()
    if (this.#pending > 0) this.#emit()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  #take(bytes: Buffer): void {
    let from = 0
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
      this.#keep(bytes.subarray(from, at))
      this.#emit()
      from = at + 1
    }
    this.#keep(bytes.subarray(from))
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return
    this.#pending += part.length
    if (this.#pending > LONGEST_LINE) {
      throw new BadMessage(`line ${this.#number + 1} of its messages is longer than ${LONGEST_LINE / 1024 / 1024} MB`)
    }
    this.#parts.push(Buffer.from(part))
  }

  #emit(): void {
    const line = Buffer.concat(this.#parts).toString('utf8').trim()
    this.#parts = []
    this.#pending = 0
    this.#number++
    if (line !== '') this.#onLine(line, this.#number)
  }
}
