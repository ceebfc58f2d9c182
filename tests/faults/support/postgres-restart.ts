import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { serverAccount } from '../../../lib/postgres/embedded/account.ts'
import { findBinaries } from '../../../lib/postgres/embedded/binaries.ts'
import { existingPlace } from '../../../lib/postgres/embedded/place.ts'

/** Ends a home's server as a crash does, and starts it again under the same address: it recovers from its log. */
export async function crashAndRestart(home: string): Promise<void> {
  const place = await existingPlace(home)
  if (!place) throw new Error(`${home} has no embedded PostgreSQL`)
  const account = serverAccount()
  const { postgres } = await findBinaries(account)
  // It starts the server with the options that it ran with.
  await promisify(execFile)(
    join(dirname(postgres), 'pg_ctl'),
    ['restart', '-w', '-m', 'immediate', '-D', place.data, '-l', join(place.data, 'restarted.log')],
    { ...account, cwd: dirname(place.data), env: { PATH: process.env.PATH, LC_ALL: 'C' } },
  )
}
