import type { MaterializeContext, OutputFacts } from '../../lib/graph/index.ts'
import { BadMessage, type CheckMessage, type Message, parseMessage, type ResultMessage } from './messages.ts'

/** A program may print without end; the log of a step is to be read. */
const MOST_LINES = 10_000

/** Lines that are shown when a program fails. */
const LAST_LINES = 10

/** Progress is for people: more of it than one a second is not seen. */
const PROGRESS_EVERY_MS = 1000

/** Collects what a program says: by messages, and on its standard streams. */
export class Report {
  readonly metadata: Record<string, unknown> = {}
  readonly checks: CheckMessage[] = []
  readonly lastErrorLines: string[] = []
  result: ResultMessage | undefined
  readonly #log: MaterializeContext['log']
  readonly #keys: Pick<MaterializeContext, 'addPartitions' | 'removePartitions'>
  readonly #clean: (text: string) => string
  readonly #unknown = new Set<string>()
  #lines = 0
  #progressAt = 0
  #dataVersion: string | undefined

  /** @param clean hides secrets */
  constructor(
    context: Pick<MaterializeContext, 'log' | 'addPartitions' | 'removePartitions'>,
    clean: (text: string) => string,
  ) {
    this.#log = context.log
    this.#keys = context
    this.#clean = clean
  }

  /** What is kept with what was made; a data version that was given stands in the metadata too, as it was written. */
  facts(): OutputFacts {
    if (this.#dataVersion === undefined) return { metadata: this.metadata }
    return { metadata: { ...this.metadata, data_version: this.#dataVersion }, dataVersion: this.#dataVersion }
  }

  /** A line of standard output or error. */
  line(stream: 'stdout' | 'stderr', text: string): void {
    const clean = this.#clean(text)
    if (stream === 'stderr') {
      this.lastErrorLines.push(clean)
      if (this.lastErrorLines.length > LAST_LINES) this.lastErrorLines.shift()
    }
    this.#lines++
    if (this.#lines <= MOST_LINES) this.#log.info(clean, { stream })
    else if (this.#lines === MOST_LINES + 1) {
      this.#log.warn(`the program wrote more than ${MOST_LINES} lines; the rest is not kept`)
    }
  }

  /** A line of the message file. @throws BadMessage with the number of the line */
  message(line: string, number: number): void {
    try {
      const message = parseMessage(line)
      if ('unknown' in message) this.#warnOf(message.unknown, number)
      else this.#take(message)
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error
      throw new BadMessage(`line ${number} of its messages: ${this.#clean(error.message)}`)
    }
  }

  #take(message: Message): void {
    switch (message.type) {
      case 'log':
        this.#logged(message)
        break
      case 'metadata':
        Object.assign(this.metadata, message.values)
        break
      case 'progress':
        this.#progressed(message)
        break
      case 'data_version':
        if (this.#dataVersion !== undefined && this.#dataVersion !== message.version) {
          throw new BadMessage(
            `the data version was '${this.#dataVersion}' before and cannot become '${message.version}'`,
          )
        }
        this.#dataVersion = message.version
        break
      case 'add_partitions':
        this.#keys.addPartitions(message.name, message.keys)
        break
      case 'remove_partitions':
        this.#keys.removePartitions(message.name, message.keys)
        break
      case 'check':
        this.checks.push(message)
        this.#checked(message)
        break
      case 'result':
        if (this.result) throw new BadMessage('a result was sent before, and a step has one')
        this.result = message
    }
  }

  #logged({ level, message, fields }: Extract<Message, { type: 'log' }>): void {
    const text = this.#clean(message)
    const write = level === 'error' ? this.#log.error : level === 'warn' ? this.#log.warn : this.#log.info
    write.call(this.#log, text, fields && (JSON.parse(this.#clean(JSON.stringify(fields))) as typeof fields))
  }

  #progressed({ done, total, message }: Extract<Message, { type: 'progress' }>): void {
    const now = performance.now()
    // The last one is always told.
    if (done !== total && now - this.#progressAt < PROGRESS_EVERY_MS) return
    this.#progressAt = now
    const share = total === undefined ? `${done}` : `${done} of ${total}`
    this.#log.info(this.#clean(message === undefined ? share : `${share}: ${message}`), { progress: done, total })
  }

  #checked({ name, passed, severity, detail }: CheckMessage): void {
    if (passed) return
    const text = `check ${name} failed${detail === '' ? '' : `: ${this.#clean(detail)}`}`
    if (severity === 'error') this.#log.error(text)
    else this.#log.warn(text)
  }

  #warnOf(type: string, number: number): void {
    if (this.#unknown.has(type)) return
    this.#unknown.add(type)
    this.#log.warn(`the program sent a message of a type that is not known, '${type}'`, { line: number })
  }
}
