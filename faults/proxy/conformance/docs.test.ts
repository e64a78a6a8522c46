import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { call, makeProxy } from './api-client.ts'
import { commandOf, startContestant } from './contestant.ts'
import { differences } from './differences.ts'

const here = new URL('./', import.meta.url)
const page = await readFile(new URL('../../../docs/proxy.md', here), 'utf8')

test('the table of differences in docs/proxy.md is the list', () => {
  const rows = Object.entries(differences).map(
    ([id, { toxiproxy, ours, because }]) => `| ${id} | ${toxiproxy} | ${ours} | ${because} |`,
  )
  const table = ['| | Toxiproxy 2.12.0 | ours | because |', '| --- | --- | --- | --- |', ...rows]
  expect(
    page
      .slice(page.indexOf(table[0] ?? ''))
      .trim()
      .split('\n'),
  ).toEqual(table)
})

test('each difference is asserted by a case or a test that names it', async () => {
  const files = (await readdir(here)).filter(
    file => file.endsWith('.ts') && file !== 'differences.ts',
  )
  const texts = await Promise.all(files.map(file => readFile(new URL(file, here), 'utf8')))
  const unnamed = Object.keys(differences).filter(
    id => !texts.some(text => text.includes(`'${id}'`) || text.includes(`(${id})`)),
  )
  expect(unnamed).toEqual([])
})

test('the files named as proof exist', async () => {
  const files = await readdir(here)
  const named = [...page.matchAll(/(?<![\w./-])[\w-]+(?:\.test|-cases)\.ts/g)].map(([name]) => name)
  expect(named.length).toBeGreaterThan(5)
  for (const name of named) expect(files).toContain(name)
})

test('the flags are those of the program', async () => {
  const [command, ...args] = await commandOf('ours')
  const help = execFileSync(command, [...args, '-help'], { encoding: 'utf8' })
  const flagsOf = (text: string) =>
    new Set([...text.matchAll(/(?<=[\s|`])-[a-z][a-z-]+/g)].map(String))
  const table = page.slice(page.indexOf('| flag |'), page.indexOf('`PROXY_TOKEN` in the'))
  expect(flagsOf(table)).toEqual(flagsOf(help))
})

test('the calls exist and the examples work', async () => {
  await using server = await startContestant('ours')
  const calls = [...page.matchAll(/^\| `(GET|POST|PATCH|DELETE) (\/[^`]*)` \|/gm)]
  expect(calls.length).toBeGreaterThan(15)
  for (const [, method = '', path = ''] of calls) {
    const url = `${server.url}${path.replaceAll(/[{}]/g, '').replace(/\?.*/, '')}`
    const answer = await fetch(url, { method, signal: AbortSignal.timeout(5_000) })
    if (answer.status === 404) expect(await answer.text()).toMatch(/(proxy|toxic) not found/)
    else await answer.body?.cancel()
    expect(answer.status, `${method} ${path}`).not.toBe(405)
  }
  const examples = [...page.matchAll(/^```http\n(\S+ \S+)\n([^`]+)\n```/gm)]
  expect(examples.length).toBeGreaterThan(2)
  for (const [, send = '', body = ''] of examples) await call(server.url, send, JSON.parse(body))
})

const failure = z.object({ error: z.string() })

test('the toxics and their attributes are those there are', async () => {
  await using server = await startContestant('ours')
  const protocols = ['tcp', 'postgres', 'redis', 'http', 'websocket']
  for (const protocol of protocols) {
    await makeProxy(server.url, { name: protocol, upstream: '127.0.0.1:1', protocol })
  }
  /** What the proxy of the first protocol that takes this type says about such attributes. */
  const complaint = async (type: string, attributes: object) => {
    for (const protocol of protocols) {
      const answer = await fetch(`${server.url}/proxies/${protocol}/toxics`, {
        method: 'POST',
        body: JSON.stringify({ type, attributes }),
      })
      const { error } = failure.parse(await answer.json())
      if (!/type: /.test(error)) return error
    }
    return 'no protocol takes it'
  }
  const rows = [...page.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|([^|]*)\|[^|]*\|$/gm)]
  const names = (cell = '') => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name)
  const documented = rows.flatMap(([, types]) => names(types))
  const files = (await readdir(new URL('../toxics/', here))).filter(file => /^\w+\.ts$/.test(file))
  const existing = files.map(file => file.replace('.ts', '')).filter(name => name !== 'attributes')
  expect(documented.sort()).toEqual(existing.sort())

  for (const [, types, attributes] of rows) {
    const listed = names(attributes?.replaceAll(/\([^)]*\)/g, ''))
    for (const type of names(types)) {
      const wrong = Object.fromEntries([...listed, 'unheard_of'].map(name => [name, { no: 1 }]))
      const said = await complaint(type, wrong)
      for (const name of listed)
        expect(said).toMatch(new RegExp(`attributes\\.${name}(: (?!unknown)|\\.)`))
      expect(said).toContain('attributes.unheard_of: unknown field')
    }
  }
})
