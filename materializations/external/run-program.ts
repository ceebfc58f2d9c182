import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OttokError } from '../../lib/config/index.ts'
import type { Materialized, Metadata, ProgramSpec } from '../../lib/graph/index.ts'
import { type ChildSpec, type Exit, startChild } from './child.ts'
import { contextText } from './context-file.ts'
import { inputsForProgram } from './inputs.ts'
import { MessageFile } from './message-file.ts'
import { BadMessage, PROTOCOL } from './messages.ts'
import { Report } from './report.ts'
import { materializedOf } from './result.ts'
import type { ProgramStep } from './step.ts'
import { environmentOf, folderOf, hiderOf, programPath } from './surroundings.ts'

/** How long a program may take to end when it is asked to. */
const GRACE_MS = 5_000

/** How often its messages are looked for. */
const LOOK_EVERY_MS = 100

/**
 * Runs the program that makes a step's data and gives what it made.
 * @throws OttokError for a program that cannot be started, fails, breaks the protocol, or whose check does not pass
 */
export function runProgram(step: ProgramStep, spec: ProgramSpec): Promise<Materialized> {
  return perform(step, spec, (report, cwd) => materializedOf(step, report.result, report.facts(), cwd))
}

/**
 * Runs the program of an effect and gives what it said of its act.
 * @throws OttokError as `runProgram`, and for a program that sends a result
 */
export function runActingProgram(step: ProgramStep, spec: ProgramSpec): Promise<{ readonly metadata: Metadata }> {
  return perform(step, spec, async ({ result, metadata }) => {
    if (!result) return { metadata }
    throw new OttokError({
      what: `the program of '${step.key}' ended with a result`,
      cause: 'It is an effect, of which nothing is stored.',
      mend: 'Say what it did by metadata.',
    })
  })
}

/**
 * Runs the program of a step by the protocol of docs/external-steps.md and gives what `resultOf` takes from it. It is stopped when the
 * step's signal aborts, and at the first message that breaks the protocol.
 */
async function perform<T>(
  step: ProgramStep,
  spec: ProgramSpec,
  resultOf: (report: Report, cwd: string) => Promise<T>,
): Promise<T> {
  const { signal } = step.context
  signal.throwIfAborted()
  const cwd = folderOf(step.key, spec, step.root)
  const folder = await mkdtemp(join(tmpdir(), 'ottok-step-'))
  try {
    const paths = { context: join(folder, 'context.json'), messages: join(folder, 'messages.jsonl') }
    const env = environmentOf(step.key, spec, process.env, {
      OTTOK_PROTOCOL: String(PROTOCOL),
      OTTOK_CONTEXT: paths.context,
      OTTOK_MESSAGES: paths.messages,
    })
    const [name, ...args] = spec.command
    const program = programPath(step.key, name, cwd, env.PATH)
    const inputs = await inputsForProgram(step, spec, folder)
    await writeFile(paths.context, contextText(step, spec, inputs, folder))
    const clean = hiderOf(spec, env)
    const report = new Report(step.context, clean)
    const messages = await MessageFile.create(paths.messages, (line, number) => report.message(line, number))
    try {
      const exit = await follow(step, { program, args, cwd, env }, report, messages)
      requireSuccess(step.key, spec, exit, report)
    } finally {
      await messages.close()
    }
    await step.keepChecks(report.checks)
    requireChecks(step.key, report)
    return await resultOf(report, cwd)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function follow(
  { key, context }: ProgramStep,
  command: Omit<ChildSpec, 'onLine'>,
  report: Report,
  messages: MessageFile,
): Promise<Exit> {
  const { signal } = context
  const child = await startChild({ ...command, onLine: (stream, line) => report.line(stream, line) })
  const stop = () => child.stop(GRACE_MS)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  let exit: Exit | undefined
  const ended = child.exited.then((found) => {
    exit = found
  })
  try {
    while (exit === undefined) {
      await Promise.race([ended, sleep(LOOK_EVERY_MS)])
      await messages.read()
    }
    await messages.end()
  } catch (error) {
    stop()
    await ended
    signal.throwIfAborted()
    if (!(error instanceof BadMessage)) throw error
    throw new OttokError({
      what: `the program of '${key}' broke the protocol`,
      cause: `${error.message}.`,
      mend: 'Write one JSON object a line, as docs/external-steps.md says.',
      underlying: error,
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
  signal.throwIfAborted()
  return exit
}

function requireSuccess(key: string, { command }: ProgramSpec, { code, signal }: Exit, report: Report): void {
  if (code === 0) return
  const written = report.lastErrorLines.join('\n  ')
  throw new OttokError({
    what: `the program of '${key}' (${shortened(command)}) ${signal ? `was ended by ${signal}` : `exited with code ${code}`}`,
    cause: written === '' ? 'It wrote nothing on standard error.' : `Its standard error ended with:\n  ${written}\n`,
    mend: 'Correct the program, or what it is given.',
  })
}

/** A script given on the command line may be a page long. */
function shortened(command: readonly string[]): string {
  const text = command.join(' ')
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

function requireChecks(key: string, { checks }: Report): void {
  const failed = checks.filter((check) => !check.passed && check.severity === 'error')
  if (failed.length === 0) return
  throw new OttokError({
    what: `what the program of '${key}' made did not pass its checks`,
    cause: failed.map(({ name, detail }) => `Check ${name} failed${detail === '' ? '' : `: ${detail}`}.`).join(' '),
    mend: 'The last good version stays current; correct the program or its inputs.',
  })
}
