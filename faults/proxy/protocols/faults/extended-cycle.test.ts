import { expect, test } from 'vitest'
import type { Message } from '../../contracts/protocol.ts'
import { ExtendedCycle } from './extended-cycle.ts'
import { frame } from './postgres-frames.ts'

type Step = readonly [
  kind: 'Parse' | 'Bind' | 'Execute' | 'Sync',
  body?: string,
  isStruck?: boolean,
]

/** What runs again after these messages, as the types of its own. */
function runAgain(...steps: readonly Step[]): string | undefined {
  const cycle = new ExtendedCycle()
  let again: Buffer | undefined
  for (const [kind, body = '', isStruck = false] of steps) {
    const isExecute = kind === 'Execute'
    const message: Message = {
      direction: 'upstream',
      number: 1,
      kind: isExecute ? 'INSERT' : kind,
      ...(isExecute && { form: 'Execute' }),
    }
    again = cycle.next(message, isStruck)
    const bytes = frame(kind.charAt(0), Buffer.from(body))
    // In two pieces, as chunk borders fall.
    cycle.look?.(bytes.subarray(0, 7))
    cycle.look?.(bytes.subarray(7))
  }
  return again?.toString('latin1')
}

const bind = (portal: string, statement: string, values: string): Step => [
  'Bind',
  `${portal}\0${statement}\0${values}`,
]
const execute = (portal: string, isStruck: boolean): Step => [
  'Execute',
  `${portal}\0\0\0\0\0`,
  isStruck,
]

test('binds what was struck again, with its own parameters', () => {
  const again = runAgain(
    bind('', 'add', 'one'),
    execute('', false),
    bind('', 'add', 'two'),
    execute('', true),
    ['Sync'],
  )
  expect(again).toContain('add\0two')
  expect(again).not.toContain('one')
  expect(again?.endsWith('S\0\0\0\x04')).toBe(true)
})

test('nothing runs again when nothing was struck, or in the next cycle', () => {
  expect(runAgain(bind('', 'add', 'one'), execute('', false), ['Sync'])).toBeUndefined()
  const twice: Step[] = [bind('', 'add', 'one'), execute('', true), ['Sync'], ['Sync']]
  expect(runAgain(...twice)).toBeUndefined()
})

test('an unnamed statement that was replaced before the Sync cannot run again', () => {
  const other: Step[] = [['Parse', '\0select 2\0'], bind('', '', 'two'), execute('', false)]
  const struck: Step[] = [['Parse', '\0select 1\0'], bind('', '', 'one'), execute('', true)]
  expect(runAgain(...struck, ...other, ['Sync'])).toBeUndefined()
  expect(runAgain(...struck, ['Sync'])).toContain('one')
})

test('more than a megabyte in one cycle is not kept', () => {
  const large = 'x'.repeat(1_100_000)
  expect(runAgain(bind('', 'add', large), execute('', true), ['Sync'])).toBeUndefined()
})
