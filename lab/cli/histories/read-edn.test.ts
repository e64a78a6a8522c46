import { describe, expect, test } from 'vitest'
import { EdnError, readEdn } from './read-edn.ts'

const all = (text: string) => [...readEdn(text)]

describe('a text in EDN', () => {
  test.each([
    ['nil true false', [null, true, false]],
    ['1 -2 +3 4N 0.5 1e3 2.5M 3/4', [1, -2, 3, 4, 0.5, 1000, 2.5, '3/4']],
    ['9007199254740993', ['9007199254740993']],
    [':ok :a/b sym "a\\n\\"b\\" ü" \\c', ['ok', 'a/b', 'sym', 'a\n"b" ü', 'c']],
    ['[1 [2, 3]] (4) #{5}', [[1, [2, 3]], [4], [5]]],
    ['{:a 1, "b" {3 4}}', [{ a: 1, b: { '3': 4 } }]],
    ['#inst "2020" #jepsen.history.Op{:f :read}', ['2020', { f: 'read' }]],
    ['#_ {:gone 1} 2 ; comment\n3', [2, 3]],
    ['', []],
  ])('%s', (text, values) => {
    expect(all(text).map(({ value }) => value)).toEqual(values)
  })

  test('tells the line of each value', () => {
    expect(all('1\n\n[2\n3]\n4').map(({ line }) => line)).toEqual([1, 3, 5])
  })

  test.each([
    ['{:a 1', 1, 'never closed'],
    ['\n[1 2]]', 2, 'closes nothing'],
    ['1\n{:a}', 2, 'no value'],
    ['1\n2\n"abc', 3, 'never closed'],
    ['#tag', 1, 'an end'],
    ['['.repeat(20_000), 1, 'deep'],
  ])('%# says what is wrong, and where', (text, line, what) => {
    expect(() => all(text)).toThrow(EdnError)
    expect(() => all(text)).toThrow(what)
    expect(() => all(text)).toThrow(expect.objectContaining({ line }))
  })
})
