import { Command } from 'commander'
import type { On, Register } from './command.ts'
import { accept } from './commands/accept.ts'
import { assets } from './commands/assets.ts'
import { backfill } from './commands/backfill.ts'
import { checks } from './commands/checks.ts'
import { ci } from './commands/ci.ts'
import { daemon } from './commands/daemon.ts'
import { doctor } from './commands/doctor.ts'
import { down } from './commands/down.ts'
import { lineage } from './commands/lineage.ts'
import { materialize } from './commands/materialize.ts'
import { observe } from './commands/observe.ts'
import { partitions } from './commands/partitions.ts'
import { plan } from './commands/plan.ts'
import { runs } from './commands/runs.ts'
import { status } from './commands/status.ts'
import { tick } from './commands/tick.ts'
import { url } from './commands/url.ts'
import { verify } from './commands/verify.ts'
import { why } from './commands/why.ts'
import { wipe } from './commands/wipe.ts'
import { addGlobalOptions } from './global-options.ts'
import type { Streams } from './output.ts'
import { productVersion } from './version.ts'

const COMMANDS: Readonly<Record<string, Register>> = {
  assets,
  status,
  plan,
  materialize,
  backfill,
  why,
  lineage,
  runs,
  observe,
  partitions,
  checks,
  tick,
  daemon,
  verify,
  accept,
  wipe,
  ci,
  url,
  down,
  doctor,
}

/** Names that a project's own commands may not take. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([...Object.keys(COMMANDS), 'help'])

/** The program with the commands of every project. */
export function buildProgram(on: On, streams: Streams): Command {
  const program = new Command('ottok')
    .description('Makes the assets of a graph exist, and keeps them fresh.')
    .version(productVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureOutput({
      writeOut: streams.out,
      // Errors are reported by us, in one form.
      writeErr: () => undefined,
    })
    .exitOverride()
  addGlobalOptions(program)
  for (const register of Object.values(COMMANDS)) register(program, on)
  return program
}
