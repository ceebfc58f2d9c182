import { setTimeout as sleep } from 'node:timers/promises'
import { OttokError } from '../../lib/config/index.ts'
import { isLeadership, type Leadership, tryToLead } from '../lineage/leader-lease.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { Holder } from '../lineage/process-identity.ts'
import { AUTOMATION_LEASE } from '../lineage/ticks.ts'

const ASK_EVERY_MS = 2_000

/** Another process evaluates automation. */
export class AutomationBusy extends OttokError {
  constructor(holder: Holder) {
    super({
      what: 'cannot evaluate automation',
      cause: `Process ${holder.pid} on ${holder.host} does it.`,
      mend: 'Wait until it has ended (`--wait` does), or stop it; a daemon needs no `ottok tick` beside it.',
    })
    this.name = 'AutomationBusy'
  }
}

/** Leads for the time of `use`. @throws AutomationBusy when another process does, unless told to wait for it */
export async function whileLeading<T>(
  lineage: Lineage,
  options: { readonly wait: boolean; readonly signal: AbortSignal },
  use: (leader: Leadership) => Promise<T>,
): Promise<T> {
  const leader = options.wait
    ? await waitToLead(lineage, { signal: options.signal })
    : await tryToLead(lineage, AUTOMATION_LEASE)
  if (!isLeadership(leader)) throw new AutomationBusy(leader)
  try {
    return await use(leader)
  } finally {
    await leader.resign()
  }
}

/** Asks again and again until it may lead; `onStandby` hears of each leader that it waits for. */
export async function waitToLead(
  lineage: Lineage,
  options: { readonly signal: AbortSignal; readonly onStandby?: (leader: Holder) => void },
): Promise<Leadership> {
  let known: string | undefined
  for (;;) {
    options.signal.throwIfAborted()
    const found = await tryToLead(lineage, AUTOMATION_LEASE)
    if (isLeadership(found)) return found
    const name = `${found.host} ${found.pid} ${found.started}`
    if (name !== known) options.onStandby?.(found)
    known = name
    await sleep(ASK_EVERY_MS, undefined, { signal: options.signal })
  }
}
