import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { loadRegistry } from './load-registry.ts'
import { addToxic, echo, proxyTo, testProxy, type Upstream } from './testing/proxied.ts'

const page = await readFile(new URL('../../docs/proxy-faults.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```json (\w+)\n(.+)\n```/g)].map(
  ([, protocol = '', body = '']) => ({ protocol, body: JSON.parse(body) }),
)

test('each example of the page is taken as it stands', async () => {
  await using upstream: Upstream = await echo()
  for (const { protocol, body } of examples) {
    await using proxy = await testProxy()
    await proxyTo(proxy, upstream, { protocol })
    await addToxic(proxy, body)
  }
})

test('the page shows every message toxic there is', async () => {
  const { toxics } = await loadRegistry()
  const there = [...toxics.values()].filter(toxic => toxic.level === 'messages')
  expect(examples.map(({ body }) => body.type).sort()).toEqual(there.map(({ type }) => type).sort())
})
