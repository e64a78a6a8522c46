import { describe, expect, test } from 'vitest'
import { createDefences } from '../../defences.ts'
import { newMessage } from './message.ts'
import { createRouter, lanes } from './router.ts'

const route = createRouter(createDefences([]))
const message = (fields: object) => newMessage.parse({ kind: 'note', body: 'x', ...fields })

describe('MSG-02 router', () => {
  test.each([
    [{ priority: 9 }, 'urgent'],
    [{ priority: 8 }, 'urgent'],
    [{ priority: 7 }, 'default'],
    [{ priority: 2 }, 'default'],
    [{ priority: 1 }, 'bulk'],
    [{ quality: 0.29 }, 'review'],
    [{ quality: 0.3 }, 'default'],
    [{ priority: 9, quality: 0.1 }, 'review'],
    [{}, 'default'],
  ])('%j goes to %s', (fields, lane) => {
    expect(route(message(fields))).toBe(lane)
  })

  test('sends nothing where nobody looks', () => {
    for (let priority = 0; priority <= 9; priority++) {
      expect(lanes).toContain(route(message({ priority })))
    }
  })

  test('control: without the default lane it does', () => {
    const careless = createRouter(createDefences(['default-lane']))
    expect(lanes).not.toContain(careless(message({})))
  })
})
