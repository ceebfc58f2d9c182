import type { Register } from '../command.ts'

export const url: Register = (program, on) => {
  const group = program.command('url').description('addresses for other programs')
  on(
    group
      .command('postgres')
      .description("the address of this home's PostgreSQL, with its password, for psql and BI; starts it if need be"),
    async ({ settings }) => {
      const { openPostgres } = await import('../../../lib/postgres/index.ts')
      const postgres = await openPostgres(await settings())
      await postgres.close()
      return { json: { url: postgres.url }, text: postgres.url }
    },
  )
}
