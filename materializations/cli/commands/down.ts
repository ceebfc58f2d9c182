import type { Register } from '../command.ts'

export const down: Register = (program, on) => {
  on(program.command('down').description('stop the embedded servers of this home'), async ({ settings }) => {
    const { home } = await settings()
    const { stopPostgres } = await import('../../../lib/postgres/index.ts')
    const stopped = await stopPostgres(home)
    return {
      json: { stopped: stopped ? ['postgres'] : [] },
      text: stopped ? 'the embedded PostgreSQL is stopped' : 'no embedded server of this home was running',
    }
  })
}
