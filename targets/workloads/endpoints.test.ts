import { expect, test } from 'vitest'
import { type Endpoint, endpointAt, Seats, seatOf, type WithEndpoints } from './endpoints.ts'

const endpoint = (name: string): Endpoint => ({ name, http: '', websocket: '' })
const seats = () => new Seats({ endpoints: [endpoint('one'), endpoint('two'), endpoint('three')] })
const names = (all: Seats) => [0, 1, 2, 3].map(client => all.of(client).name)

test('clients are spread over the instances', () => {
  expect(names(seats())).toEqual(['one', 'two', 'three', 'one'])
})

test('clients that all begin at one instance go on from there', () => {
  const three = { endpoints: [endpoint('one'), endpoint('two'), endpoint('three')] } as const
  const all = new Seats(three, 2)
  all.moveOn(3)
  expect(names(all)).toEqual(['two', 'two', 'two', 'three'])
})

test('a client whose instance is gone goes to the next one, round and round, and the others stay', () => {
  const all = seats()
  all.moveOn(1)
  expect(names(all)).toEqual(['one', 'three', 'three', 'one'])
  all.moveOn(1)
  all.moveOn(1)
  expect(names(all)).toEqual(['one', 'two', 'three', 'one'])
})

test('a client that stays is told by its number, and an instance by its own', () => {
  expect([0, 1, 2].map(client => seatOf(2)({ client }))).toEqual(['shop-1', 'shop-2', 'shop-1'])
  const system: WithEndpoints = {
    ...{ links: [], describe: () => ({}), [Symbol.asyncDispose]: async () => {} },
    endpoints: [endpoint('shop-1'), endpoint('shop-2')],
  }
  expect(endpointAt(system, 2).name).toBe('shop-2')
  expect(() => endpointAt(system, 3)).toThrow('There is no instance 3, but 2 of them.')
})
