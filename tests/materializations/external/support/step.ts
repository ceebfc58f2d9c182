import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckMessage } from '../../../../materializations/external/messages.ts'
import type { ProgramStep } from '../../../../materializations/external/step.ts'

/** What was logged: level, message and fields. */
export type Logged = [level: string, message: string, fields?: Record<string, unknown>]

export interface TestStep {
  readonly step: ProgramStep
  readonly logged: Logged[]
  readonly kept: CheckMessage[]
  readonly stop: AbortController
}

/** A step of an asset that reads nothing, to run programs by. */
export function testStep(parts: Partial<ProgramStep> = {}): TestStep {
  const logged: Logged[] = []
  const kept: CheckMessage[] = []
  const stop = new AbortController()
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void logged.push(fields ? [level, message, fields] : [level, message])
  const partition = { key: '2026-03-01', values: { day: '2026-03-01' }, date: '2026-03-01', window: undefined }
  const step: ProgramStep = {
    key: 'models/limit',
    store: { kind: 'value' },
    columns: [],
    environment: 'test',
    root: mkdtempSync(join(tmpdir(), 'ottok-program-')),
    upstreams: {},
    keepChecks: async (checks) => void kept.push(...checks),
    context: {
      partition,
      partitions: [partition],
      inputs: {},
      warehouse: {
        command: async () => undefined,
        rows: async () => [],
        bytes: async () => new Uint8Array(),
      },
      resources: {},
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      signal: stop.signal,
      now: new Date('2026-03-02T00:00:00Z'),
      runId: '00000000-0000-0000-0000-000000000001',
      previous: undefined,
      addPartitions: (name: string, keys: readonly string[]) => void logged.push(['added', `${name} ${keys.join()}`]),
      removePartitions: (name: string, keys: readonly string[]) =>
        void logged.push(['removed', `${name} ${keys.join()}`]),
      // The rest of a context is not looked at when a program runs.
    } as unknown as ProgramStep['context'],
    ...parts,
  }
  return { step, logged, kept, stop }
}

/** A command that runs a script of the shell, which every machine has. */
export const shell = (script: string): readonly ['sh', '-c', string] => ['sh', '-c', script]
