import { expect, test } from 'vitest'
import { pathOf, routeOf, splitHead, traceOf } from './head.ts'

test.each([
  ['/orders/17?x=1', '/orders/17', '/orders/:id'],
  ['/orders/0af76519-16cd-43dd-8448-eb211c80319c/items', undefined, '/orders/:id/items'],
  ['http://shop:80/cart#top', '/cart', '/cart'],
  ['*', '*', '*'],
])('reads the target %j', (target, path, route) => {
  expect(pathOf(target)).toBe(path ?? target)
  expect(routeOf(target)).toBe(route)
})

test('finds the trace, whatever the case and the spaces', () => {
  const head = splitHead('GET / HTTP/1.1\r\nX-REQUEST-ID: \t r1 \r\nhost: x')
  expect(traceOf(head)).toBe('r1')
})

test('no head is slow', () => {
  const began = performance.now()
  for (const filler of [' ', '\t', 'a: b\r\n', '\r\n', 'traceparent: ', 'x ']) {
    const text = filler.repeat(64_000 / filler.length)
    splitHead(`GET / HTTP/1.1\r\ntraceparent:${text}x\r\nupgrade:${text}x`)
    routeOf(`/${text}`)
  }
  expect(performance.now() - began).toBeLessThan(3000)
})
