import { expect, it } from 'vitest'
import { boundedFields, boundedText } from '../../../materializations/executor/log-bounds.ts'

const asIs = (text: string) => text

it('texts are cut, and hold nothing that PostgreSQL refuses', () => {
  expect(boundedText('a\0b\ud800c😀')).toBe('a\ufffdb\ufffdc😀')
  expect(boundedText('x'.repeat(5000))).toBe(`${'x'.repeat(4000)}…`)
  // The cut may fall into a pair.
  expect(boundedText(`${'x'.repeat(3999)}😀`)).toBe(`${'x'.repeat(3999)}\ufffd…`)
})

it('fields become JSON, whatever they hold', () => {
  const shared = { a: 1 }
  const fields: Record<string, unknown> = {
    big: 12n,
    nul: '\0',
    when: new Date(0),
    failed: new Error('no'),
    none: undefined,
    twice: [shared, shared],
  }
  fields.self = fields
  expect(boundedFields(fields, asIs)).toEqual({
    big: '12',
    nul: '\ufffd',
    when: '1970-01-01T00:00:00.000Z',
    failed: 'no',
    twice: [{ a: 1 }, { a: 1 }],
    self: '(circular)',
  })
})

it('long fields are cut, and secrets taken out', () => {
  expect(boundedFields({ text: 'x'.repeat(20_000) }, asIs)).toEqual({ cut: expect.stringMatching(/^\{"text":"x+…$/) })
  expect(boundedFields({ token: 'abc', url: 'hush' }, (text) => text.replace('hush', '***'))).toEqual({
    token: '***',
    url: '***',
  })
})
