import * as z from 'zod'

/** Version of the protocol between a step and its program, see docs/external-steps.md. */
export const PROTOCOL = 1

const result = z
  .object({
    type: z.literal('result'),
    value: z.json().optional(),
    file: z.string().min(1).optional(),
    rows: z.string().min(1).optional(),
  })
  .refine((one) => [one.value, one.file, one.rows].filter((part) => part !== undefined).length === 1, {
    error: 'a result has one of value, file and rows',
  })

const MESSAGES = {
  log: z.object({
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    message: z.string(),
    fields: z.record(z.string(), z.json()).optional(),
  }),
  metadata: z.object({ type: z.literal('metadata'), values: z.record(z.string(), z.json()) }),
  progress: z.object({
    type: z.literal('progress'),
    done: z.number().nonnegative(),
    total: z.number().positive().optional(),
    message: z.string().optional(),
  }),
  data_version: z.object({ type: z.literal('data_version'), version: z.string().min(1).max(500) }),
  add_partitions: z.object({ type: z.literal('add_partitions'), name: z.string().min(1), keys: z.array(z.string()) }),
  remove_partitions: z.object({
    type: z.literal('remove_partitions'),
    name: z.string().min(1),
    keys: z.array(z.string()),
  }),
  check: z.object({
    type: z.literal('check'),
    name: z.string().min(1),
    passed: z.boolean(),
    severity: z.enum(['error', 'warn']).default('error'),
    detail: z.string().default(''),
  }),
  result,
}

export type MessageType = keyof typeof MESSAGES
export type Message = z.infer<(typeof MESSAGES)[MessageType]>
export type ResultMessage = z.infer<typeof result>
export type CheckMessage = z.infer<(typeof MESSAGES)['check']>

/** A line that is no message of the protocol, and why. */
export class BadMessage extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'BadMessage'
  }
}

/**
 * Reads one line.
 * @returns the message; `{ unknown }` for a type that this version does not know, which a later one may
 * @throws BadMessage
 */
export function parseMessage(line: string): Message | { readonly unknown: string } {
  const json = parseJson(line)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new BadMessage('it is not a JSON object')
  const type = 'type' in json ? json.type : undefined
  if (typeof type !== 'string') throw new BadMessage("it has no 'type'")
  if (!Object.hasOwn(MESSAGES, type)) return { unknown: type }
  const parsed = MESSAGES[type as MessageType].safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue!.path.length > 0 ? `'${issue!.path.join('.')}' of ` : ''
  throw new BadMessage(`${place}'${type}' is not as the protocol wants it: ${issue!.message}`)
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new BadMessage(`it is not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}
