import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { addToxic, call, makeProxy } from './api-client.ts'
import { type ContestantName, commandOf, startContestant } from './contestant.ts'
import { contestants } from './contestants.ts'
import { startEcho } from './echo.ts'
import { dial, talk } from './talk.ts'

const complaint = /bad request body|missing required field/
const inUse = /EADDRINUSE|address already in use/

const { names, missing } = await contestants()
test.skip.each(missing)('%s', () => {})

/**
 * Runs the program to its end, or until it has said `said` and a moment has passed without an end:
 * then it counts as alive, and is ended.
 */
async function runWith(name: ContestantName, args: readonly string[], said = /(?!)/) {
  const [command, ...first] = await commandOf(name)
  const child = execFile(command, [...first, ...args])
  let output = ''
  child.stdout?.on('data', data => (output += data))
  child.stderr?.on('data', data => (output += data))
  const exited = once(child, 'exit')
  const over = new AbortController()
  const alive = async () => {
    const deadline = performance.now() + 20_000
    while (!said.test(output) && performance.now() < deadline) {
      await wait(20, undefined, { signal: over.signal })
    }
    return wait(300, 'alive', { signal: over.signal })
  }
  const code = await Promise.race([exited.then(([code]) => code), alive()])
  over.abort()
  child.kill('SIGKILL')
  await exited
  return { code, output }
}

async function configFile(content: unknown) {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const path = join(folder, 'toxiproxy.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

describe.each(names)('the server of %s', name => {
  test('tells its version and exits with 0', async () => {
    for (const flag of ['-version', '--version']) {
      const { code, output } = await runWith(name, [flag])
      expect(output).toMatch(/^toxiproxy-server version \S+\n$/)
      expect(code).toBe(0)
    }
  })

  test('refuses an unknown flag', async () => {
    const { code, output } = await runWith(name, ['-hots', 'x'])
    expect(output).toContain('hots')
    expect(code).toBe(2)
  })

  test('takes flags with one dash or two, and with an equals sign', async () => {
    await using server = await startContestant(name, { args: ['--seed=5', '-proxy-metrics'] })
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200)
  })

  test(`logs ${name === 'ours' ? 'that it listens' : 'each call'} (few-logs)`, async () => {
    await using server = await startContestant(name)
    await call(server.url, 'GET /proxies')
    const isLogged = () => server.output().includes('"url":"/proxies"')
    if (name === 'toxiproxy') await expect.poll(isLogged).toBe(true)
    else expect(server.output().trim().split('\n')).toHaveLength(1)
  })

  test('takes any 64-bit seed', async () => {
    for (const seed of ['-9223372036854775808', '9223372036854775807']) {
      await using server = await startContestant(name, { args: [`-seed=${seed}`] })
      expect(server.alive()).toBe(true)
    }
  })

  test('ends with 0 on SIGTERM and on SIGINT, and lets its ports go', async () => {
    await using echo = await startEcho()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await using server = await startContestant(name)
      const proxy = await makeProxy(server.url, { name: 'p', upstream: echo.address })
      const client = await dial(proxy)
      server.process.kill(signal)
      expect(await Promise.race([server.exited, wait(5_000, 'alive')])).toBe(0)
      await expect(dial(proxy)).rejects.toThrow(/ECONNREFUSED/)
      client.destroy()
    }
  })

  test('creates the proxies of its config file', async () => {
    await using echo = await startEcho()
    await using config = await configFile([
      { name: 'a', listen: '127.0.0.1:0', upstream: echo.address },
      { name: 'b', listen: '127.0.0.1:0', upstream: echo.address, enabled: false },
      {
        name: 'c',
        listen: '127.0.0.1:0',
        upstream: echo.address,
        enabled: true,
        toxics: [{ type: 'noop', name: 'n' }],
      },
    ])
    await using server = await startContestant(name, { args: ['-config', config.path] })
    expect(await call(server.url, 'GET /proxies')).toMatchObject({
      a: { enabled: true, upstream: echo.address, toxics: [] },
      b: { enabled: false },
      c: { enabled: true, toxics: name === 'ours' ? [{ type: 'noop', name: 'n' }] : [] },
    })
  })

  test('reset lets go what a toxic held, and the connection lives', async () => {
    await using echo = await startEcho()
    await using server = await startContestant(name)
    const address = await makeProxy(server.url, { name: 'p', upstream: echo.address })
    await addToxic(server.url, 'p', { type: 'latency', attributes: { latency: 60_000 } })
    const heard = talk(await dial(address), { send: 100, watchMs: 8_000 })
    await wait(100)
    await call(server.url, 'POST /reset')
    expect(await heard).toMatchObject({ bytes: 100, intact: true, ending: 'open' })
  })

  const ending =
    name === 'ours' ? 'says so and exits with 1 (bad-start)' : 'logs it and lives on (bad-start)'
  const expected = name === 'ours' ? 1 : 'alive'

  test(`with a missing config file: ${ending}`, async () => {
    const { code, output } = await runWith(
      name,
      ['-port', '0', '-config', '/nowhere/none.json'],
      /none\.json/,
    )
    expect(output).toContain('/nowhere/none.json')
    expect(code).toBe(expected)
  })

  test.each(['{', '{}', '[{"name":"a"}]'])(`with a config file of %s: ${ending}`, async content => {
    await using config = await configFile(content)
    const { code, output } = await runWith(name, ['-port', '0', '-config', config.path], complaint)
    expect(output).toMatch(complaint)
    if (name === 'ours') expect(output).toContain(config.path)
    expect(code).toBe(expected)
  })

  test(`with its port in use: ${ending}`, async () => {
    const holder = createServer()
    const port = await listen(holder)
    const { code, output } = await runWith(name, ['-host', '127.0.0.1', '-port', `${port}`], inUse)
    holder.close()
    expect(output).toMatch(inUse)
    expect(code).toBe(expected)
  })

  test(`metrics without a flag: ${name === 'ours' ? 'there' : 'not found'} (metrics-always)`, async () => {
    await using server = await startContestant(name)
    const answer = await fetch(`${server.url}/metrics`)
    expect(answer.status).toBe(name === 'ours' ? 200 : 404)
  })

  test('has metrics of its runtime when asked', async () => {
    await using server = await startContestant(name, { args: ['-runtime-metrics'] })
    const answer = await fetch(`${server.url}/metrics`)
    expect(answer.headers.get('content-type')).toMatch(
      /^text\/plain; version=0\.0\.4; ?charset=utf-8/,
    )
    expect(await answer.text()).toMatch(/^process_cpu_seconds_total \S+$/m)
  })
})

describe('our server alone', () => {
  test('refuses to listen beyond loopback without a token', async () => {
    const { code, output } = await runWith('ours', ['-host', '0.0.0.0', '-port', '0'])
    expect(output).toMatch(/PROXY_TOKEN/)
    expect(code).toBe(1)
  })

  test('with a token lets in only who sends it', async () => {
    await using server = await startContestant('ours', { env: { PROXY_TOKEN: 's3cret' } })
    const ask = (headers: Record<string, string>) => fetch(`${server.url}/proxies`, { headers })
    expect((await ask({})).status).toBe(401)
    expect((await ask({ authorization: 'Bearer s3cre7' })).status).toBe(401)
    expect((await ask({ authorization: 'Bearer s3cret' })).status).toBe(200)
    const basic = (pair: string) => ({ authorization: `Basic ${btoa(pair)}` })
    expect((await ask(basic('anybody:s3cret'))).status).toBe(200)
    expect((await ask(basic('s3cret:anything'))).status).toBe(401)
    expect((await ask(basic('s3cret'))).headers.get('www-authenticate')).toContain('Basic')
    expect(server.output()).not.toContain('s3cret')
  })

  test('refuses a Host that is not loopback, as after DNS rebinding', async () => {
    await using server = await startContestant('ours')
    const { port } = new URL(server.url)
    const client = await dial(`127.0.0.1:${port}`)
    client.write(`GET /proxies HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`)
    const [answer] = await once(client, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 403 /)
    client.destroy()
  })

  test('tells what each toxic touched, and what each link carried', async () => {
    await using echo = await startEcho()
    await using server = await startContestant('ours')
    const address = await makeProxy(server.url, {
      name: 'p',
      upstream: echo.address,
      toxics: [
        { type: 'latency', attributes: { latency: 1 } },
        { type: 'latency', name: 'idle', toxicity: 0 },
      ],
    })
    await talk(await dial(address), { send: 100, watchMs: 3_000 })
    expect(await call(server.url, 'GET /proxies/p')).toMatchObject({
      counters: { connections: 1, bytes: 200 },
      toxics: [
        { landed: { connections: 1, bytes: 100 } },
        { name: 'idle', landed: { connections: 0, bytes: 0 } },
      ],
    })
  })
})
