import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cases } from '../testing/nightly.ts'
import { printable, printableJson, printableStyled } from './printable.ts'

const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        '\u009b31m',
        '\r',
        '\u0000',
        '\u202e',
        '\ud800',
        '\n',
        '::',
        '##[',
      ),
      fc.constantFrom(
        '\n::stop-commands::x',
        '  ::add-mask::y',
        '##vso[task]',
        '\u2028::z',
        'word',
      ),
    ),
    { minLength: 3 },
  )
  .map(parts => parts.join(''))

const isHarmless = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(text) &&
  !/^\s*::/m.test(text) &&
  !/##[a-z]*\[/i.test(text) &&
  text.isWellFormed()

test('no text steers a terminal or commands a CI runner', () => {
  let changed = 0
  fc.assert(
    fc.property(hostile, text => {
      const shown = printable(text)
      if (shown !== text) changed++
      expect(isHarmless(shown)).toBe(true)
      expect(isHarmless(stripVTControlCharacters(printableStyled(text)))).toBe(true)
    }),
    { numRuns: cases(2_000) },
  )
  expect(changed).toBeGreaterThan(cases(1_000))
})

test('JSON is as harmless, and says the same to a parser', () => {
  fc.assert(
    fc.property(hostile, text => {
      const json = printableJson({ [text]: [text] }, 2)
      expect(isHarmless(json)).toBe(true)
      expect(JSON.parse(json)).toEqual({ [text]: [text] })
    }),
    { numRuns: cases(2_000) },
  )
})

test('ordinary text, in any script, stays as it is', () => {
  const text = 'Größe 5 µs · 日本語\n\tקוד: a::b # x 👍'
  expect(printable(text)).toBe(text)
  expect(printable('::error::x')).toBe(': :error::x')
})

test('our own styles stay only where we have styled', () => {
  const styled = '\u001b[1mheld\u001b[22m'
  expect(printableStyled(styled)).toBe(styled)
  expect(printable(styled)).toBe('·[1mheld·[22m')
})
