import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runProgram } from '../../../materializations/external/run-program.ts'
import { shell, testStep } from './support/step.ts'

/** A shell line that sends one message. */
const send = (message: object | string) =>
  `printf '%s\\n' '${typeof message === 'string' ? message : JSON.stringify(message)}' >> "$OTTOK_MESSAGES"; `

const value = send({ type: 'result', value: 1 })

let temporary: string
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'ottok-external-'))
  vi.stubEnv('TMPDIR', temporary)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(temporary, { recursive: true, force: true })
})

/** Folders of steps that were not removed. */
const leftBehind = () => readdirSync(temporary).filter((name) => name.startsWith('ottok-step-'))

async function refused(run: Promise<unknown>): Promise<string> {
  try {
    await run
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('it was not refused')
}

describe('what a program is told', () => {
  test('the context, and variables of the system alone', async () => {
    vi.stubEnv('SOME_SECRET', 'do-not-look')
    const { step } = testStep()
    const script = `
      node=$(sed -n 's/.*"asset": "\\(.*\\)".*/\\1/p' "$OTTOK_CONTEXT")
      printf '{"type":"result","value":{"asset":"%s","env":"%s"}}\\n' "$node" "$(env | cut -d= -f1 | sort | tr '\\n' ' ')" >> "$OTTOK_MESSAGES"`
    const made = await runProgram(step, { command: shell(script), env: { MINE: '1' } })
    const { asset, env } = (made as { value: { asset: string; env: string } }).value
    expect(asset).toBe('models/limit')
    const names = env.trim().split(' ')
    expect(names).toEqual(expect.arrayContaining(['MINE', 'OTTOK_CONTEXT', 'OTTOK_MESSAGES', 'OTTOK_PROTOCOL', 'PATH']))
    expect(names).not.toContain('SOME_SECRET')
  })

  test('a variable that is passed on, whose value its output does not show', async () => {
    vi.stubEnv('SOME_SECRET', 'do-not-look')
    const { step, logged } = testStep()
    const script = `echo "key $SOME_SECRET"; ${send({ type: 'log', message: 'do-not-look', fields: { key: 'do-not-look' } })} echo "bad $SOME_SECRET" >&2; exit 3`
    const message = await refused(runProgram(step, { command: shell(script), passEnv: ['SOME_SECRET'] }))
    expect(message).toContain('exited with code 3: Its standard error ended with:\n  bad ***\n')
    expect(logged).toContainEqual(['info', 'key ***', { stream: 'stdout' }])
    expect(logged).toContainEqual(['info', '***', { key: '***' }])
    expect(JSON.stringify([message.slice(message.indexOf('exited')), logged])).not.toContain('do-not-look')
  })

  test('its working folder is where it was told to run', async () => {
    const { step } = testStep()
    const made = await runProgram(step, {
      command: shell(`printf '{"type":"result","value":"%s"}\\n' "$PWD" >> "$OTTOK_MESSAGES"`),
    })
    expect(made).toEqual({ kind: 'value', value: step.root, metadata: {} })
  })
})

describe('what a program says', () => {
  test('logs, metadata, progress and its output', async () => {
    const { step, logged, kept } = testStep()
    const made = await runProgram(step, {
      command: shell(
        send({ type: 'log', level: 'warn', message: 'careful', fields: { rows: 3 } }) +
          send({ type: 'log', level: 'error', message: 'worse' }) +
          send({ type: 'metadata', values: { auc: 0.8 } }) +
          send({ type: 'metadata', values: { rows: 10 } }) +
          send({ type: 'progress', done: 4, total: 4, message: 'trees' }) +
          send({ type: 'check', name: 'auc', passed: true }) +
          send({ type: 'check', name: 'lift', passed: false, severity: 'warn', detail: '1.1 of 2' }) +
          send({ type: 'add_partitions', name: 'campaigns', keys: ['a', 'b'] }) +
          send({ type: 'remove_partitions', name: 'campaigns', keys: ['c'] }) +
          send({ type: 'telepathy', thought: 1 }) +
          send({ type: 'telepathy', thought: 2 }) +
          `${value} echo out; echo err >&2; printf 'no line feed'`,
      ),
    })
    expect(made).toEqual({ kind: 'value', value: 1, metadata: { auc: 0.8, rows: 10 } })
    expect(kept.map(({ name, passed, severity }) => [name, passed, severity])).toEqual([
      ['auc', true, 'error'],
      ['lift', false, 'warn'],
    ])
    const told = logged.filter(([, , fields]) => !fields || !('stream' in fields))
    expect(told).toEqual([
      ['warn', 'careful', { rows: 3 }],
      ['error', 'worse'],
      ['info', '4 of 4: trees', { progress: 4, total: 4 }],
      ['warn', 'check lift failed: 1.1 of 2'],
      ['added', 'campaigns a,b'],
      ['removed', 'campaigns c'],
      ['warn', "the program sent a message of a type that is not known, 'telepathy'", { line: 10 }],
    ])
    expect(logged).toContainEqual(['info', 'out', { stream: 'stdout' }])
    expect(logged).toContainEqual(['info', 'err', { stream: 'stderr' }])
    expect(logged).toContainEqual(['info', 'no line feed', { stream: 'stdout' }])
  })

  test('its last message needs no line feed, and empty lines are none', async () => {
    const { step } = testStep()
    const script = `printf '\\n\\n{"type":"result","value":[1,"\\303\\251"]}' >> "$OTTOK_MESSAGES"`
    expect(await runProgram(step, { command: shell(script) })).toMatchObject({ value: [1, 'é'] })
  })

  test('an object and rows, by a path from its folder', async () => {
    const bytes = testStep({ store: { kind: 'objects', extension: 'txt', format: undefined, structure: undefined } })
    const made = await runProgram(bytes.step, {
      command: shell(`printf abc > out.txt; ${send({ type: 'result', file: 'out.txt' })}`),
    })
    expect(made).toMatchObject({ kind: 'bytes', bytes: Buffer.from('abc') })
    const table = testStep({ store: { kind: 'warehouse' }, columns: ['user', 'day'] })
    const rows = await runProgram(table.step, {
      command: shell(
        `printf '{"day":"2026-03-01","user":1}\\n\\n[2,null]\\n' > rows.jsonl; ${send({ type: 'result', rows: 'rows.jsonl' })}`,
      ),
    })
    expect([...(rows as { rows: Iterable<unknown> }).rows]).toEqual([
      [1, '2026-03-01'],
      [2, null],
    ])
  })

  test('output without end is cut, and said to be', async () => {
    const { step, logged } = testStep()
    await runProgram(step, { command: shell(`${value} seq 1 10050`) })
    expect(logged).toHaveLength(10_001)
    expect(logged.at(-1)).toEqual(['warn', 'the program wrote more than 10000 lines; the rest is not kept'])
  })
})

describe('what fails a step', () => {
  const table: [string, string, string][] = [
    [
      'an exit code',
      'echo first >&2; echo second >&2; exit 7',
      '(sh -c echo first >&2; echo second >&2; exit 7) exited with code 7: Its standard error ended with:\n  first\n  second\n',
    ],
    ['silence', 'exit 1', 'exited with code 1: It wrote nothing on standard error.'],
    ['a signal', 'kill -KILL $$', 'was ended by SIGKILL'],
    [
      'no result',
      ':',
      'ended without a result: The asset is stored in \'value\', which wants a value. Send {"type": "result", "value": ...}.',
    ],
    [
      'a result of another store',
      send({ type: 'result', file: 'x' }),
      "ended with a file as its result: The asset is stored in 'value'",
    ],
    [
      'two results',
      value + value,
      'broke the protocol: line 2 of its messages: a result was sent before, and a step has one.',
    ],
    [
      'text that is no JSON',
      `${send({ type: 'log', message: 'x' })}${send('oops')}`,
      'broke the protocol: line 2 of its messages: it is not JSON (',
    ],
    ['JSON that is no object', send('[1]'), 'line 1 of its messages: it is not a JSON object'],
    ['a message without a type', send({ message: 'x' }), "line 1 of its messages: it has no 'type'"],
    [
      'a field of another type',
      send({ type: 'progress', done: 'half' }),
      "line 1 of its messages: 'done' of 'progress' is not as the protocol wants it:",
    ],
    [
      'a result of two parts',
      send({ type: 'result', value: 1, file: 'x' }),
      "line 1 of its messages: 'result' is not as the protocol wants it: a result has one of value, file and rows",
    ],
    [
      'two data versions',
      send({ type: 'data_version', version: 'a' }) + send({ type: 'data_version', version: 'b' }),
      "the data version was 'a' before and cannot become 'b'",
    ],
    [
      'a check',
      `${send({ type: 'check', name: 'auc', passed: false, detail: '0.4 of 0.6' })}${value}`,
      'did not pass its checks: Check auc failed: 0.4 of 0.6. The last good version stays current',
    ],
  ]
  test.each(table)('%s', async (_, script, message) => {
    const { step } = testStep()
    expect(await refused(runProgram(step, { command: shell(script) }))).toContain(message)
    expect(leftBehind()).toEqual([])
  })

  test('a message that breaks the protocol stops the program', async () => {
    const { step } = testStep()
    const script = `trap 'touch stopped; exit' TERM; ${send('oops')} while :; do sleep 0.05; done`
    expect(await refused(runProgram(step, { command: shell(script) }))).toContain('broke the protocol')
    expect(existsSync(join(step.root, 'stopped'))).toBe(true)
  })

  test('a cancelled step stops its program, and says that it was cancelled', async () => {
    const { step, logged, stop } = testStep()
    const script = `trap 'touch stopped; exit' TERM; echo ready; while :; do sleep 0.05; done`
    const run = refused(runProgram(step, { command: shell(script) }))
    await vi.waitFor(() => expect(logged).toHaveLength(1), { timeout: 20_000 })
    stop.abort(new Error('cancelled by hand'))
    expect(await run).toBe('cancelled by hand')
    expect(existsSync(join(step.root, 'stopped'))).toBe(true)
    expect(leftBehind()).toEqual([])
    expect(await refused(runProgram(step, { command: shell('touch again') }))).toBe('cancelled by hand')
    expect(existsSync(join(step.root, 'again'))).toBe(false)
  })

  test.each([
    [
      '[1]',
      "line 1 of r.jsonl, the rows of 'models/limit', cannot be used: It has 1 values for 2 columns. The columns are user, day.",
    ],
    ['[1,2]\n3', "line 2 of r.jsonl, the rows of 'models/limit', cannot be used: It is neither an object nor a list."],
    ['{"user":1}', "It has no column 'day'. The columns are user, day. Write null where there is none."],
    ['{"user":1,"day":2,"x":3}', "The asset has no column 'x'."],
    ['{"user":', 'It is not JSON ('],
  ])('rows such as %s', async (rows, message) => {
    const { step } = testStep({ store: { kind: 'warehouse' }, columns: ['user', 'day'] })
    const made = await runProgram(step, {
      command: shell(`printf '%s\\n' '${rows}' > r.jsonl; ${send({ type: 'result', rows: 'r.jsonl' })}`),
    })
    expect(() => [...(made as { rows: Iterable<unknown> }).rows]).toThrow(message)
  })

  test.each([
    ['nothing.jsonl', 'ENOENT'],
    ['/etc/hostname', "It named hostname for rows stored in 'warehouse'. Write JSON lines into a file named *.jsonl,"],
  ])('rows in %s', async (path, message) => {
    const { step } = testStep({ store: { kind: 'warehouse' }, columns: ['user'] })
    expect(await refused(runProgram(step, { command: shell(send({ type: 'result', rows: path })) }))).toContain(message)
  })

  test('a program that cannot be started', async () => {
    const { step } = testStep()
    const start = (spec: Parameters<typeof runProgram>[1]) => refused(runProgram(step, spec))
    expect(await start({ command: ['no-such-program'] })).toMatch(
      /^cannot start the program of 'models\/limit': There is no program 'no-such-program' in PATH \(.*\)\. Install 'no-such-program'\.$/,
    )
    expect(await start({ command: ['./train.sh'] })).toContain(
      `${step.root}/train.sh is not there, or may not be run. Name one that is there; \`chmod +x\` lets it run.`,
    )
    expect(await start({ command: ['sh'], cwd: 'nowhere' })).toContain('/nowhere, which is its `cwd`.')
    expect(await start({ command: ['sh'], passEnv: ['NOT_SET_ANYWHERE'] })).toContain(
      'It is to be passed the variable NOT_SET_ANYWHERE, which is not set.',
    )
    expect(await start({ command: ['sh'], env: { OTTOK_CONTEXT: 'x' } })).toContain(
      'It declares the variable OTTOK_CONTEXT, which is part of the protocol.',
    )
    expect(await start({ command: ['sh'], inputs: { spend: 'csv' } })).toContain(
      "It wants its input 'spend' as csv, and has no such input. Its inputs are none;",
    )
  })
})
