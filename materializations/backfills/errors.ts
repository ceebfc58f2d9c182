import { OttokError } from '../../lib/config/errors.ts'
import type { Holder } from '../lineage/process-identity.ts'
import { shortId } from './find.ts'

/** A living process drives the backfill. */
export class BackfillDriven extends OttokError {
  constructor(id: string, holder: Holder) {
    super({
      what: `cannot run backfill ${shortId(id)}`,
      cause: `Process ${holder.pid} on ${holder.host} is running it.`,
      mend: `See it with \`ottok backfill show ${shortId(id)}\`, or stop it with \`ottok backfill cancel ${shortId(id)}\`.`,
    })
    this.name = 'BackfillDriven'
  }
}

/** Another process has taken the backfill over. */
export class BackfillLost extends OttokError {
  constructor(id: string) {
    super({
      what: `stopped running backfill ${shortId(id)}`,
      cause: 'This process did not renew its lease in time, and another has taken the backfill over.',
      mend: `Nothing is lost: see it with \`ottok backfill show ${shortId(id)}\`.`,
    })
    this.name = 'BackfillLost'
  }
}

/** The definitions of selected assets are not those that the backfill was created with. */
export class DefinitionsChanged extends OttokError {
  constructor(id: string, changes: readonly string[]) {
    const more = changes.length > SHOWN ? ` and ${changes.length - SHOWN} more` : ''
    super({
      what: `cannot resume backfill ${shortId(id)}`,
      cause: `Since it was created, ${changes.slice(0, SHOWN).join(', ')}${more} changed.`,
      mend: `Go back to the code that it was created with, or plan it anew with \`ottok backfill resume ${shortId(id)} --current-code\`.`,
      exitCode: 2,
    })
    this.name = 'DefinitionsChanged'
  }
}

const SHOWN = 5
