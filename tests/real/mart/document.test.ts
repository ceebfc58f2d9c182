import { describe, expect, it } from 'vitest'
import { martColumns } from '../../../assets/scores/mart-columns.ts'
import { READERS_GRACE_MINUTES } from '../../../materializations/stores/replaced-loads.ts'
import { contract } from './support/contract.ts'
import { columnTable, martDocument } from './support/document.ts'

describe('docs/mart.md', () => {
  it('has the columns as the mart declares them; on a change, put the new lines there', async () => {
    const { text } = await martDocument()
    const table = text.slice(text.indexOf('| column | type |'), text.indexOf('\n\n', text.indexOf('| column | type |')))
    expect(table).toBe(columnTable(martColumns))
  })

  it('names every relation that was agreed', async () => {
    const { text } = await martDocument()
    for (const relation of Object.keys(contract)) expect(text).toContain(`\`${relation}\``)
  })

  it('says how long replaced loads stay', async () => {
    const { text } = await martDocument()
    expect(text).toContain(`${READERS_GRACE_MINUTES} minutes`)
  })
})
