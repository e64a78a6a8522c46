import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import type { Context, LabSystem } from '../../lab/model/target.ts'
import { listen } from '../../lab/testing/loopback.ts'
import { type Misbehaving, misbehave, undo } from './misbehave.ts'

interface Request {
  readonly kind: 'reset'
  readonly on?: string
}

/** An admin port that remembers what it was told. */
async function adminPort() {
  const calls: string[] = []
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.writeHead(request.headers.authorization === 'Bearer secret' ? 204 : 401).end()
  })
  const url = `http://127.0.0.1:${await listen(server)}`
  const close = async () => {
    server.close()
    server.closeAllConnections()
  }
  return { calls, url, [Symbol.asyncDispose]: close }
}

function planned(url: string, landed: number, posted: Request[] = []) {
  const admin = {
    url,
    token: 'secret',
    post: async (request: Request) => posted.push(request),
    landed: async () => landed,
  }
  const gateway: Misbehaving<Request> = { name: 'payments', admin }
  const select = Object.assign(() => gateway, { label: 'gateway' })
  const fault = misbehave<LabSystem, Request>(select, { kind: 'reset', on: 'POST /charges' })
  // Neither the system nor the run is looked at: the selector has the part already.
  return { fault, plan: fault.plan({} as LabSystem, {} as Context) }
}

test('is told at the peer, and says how many requests it really touched', async () => {
  const posted: Request[] = []
  const { fault, plan } = planned('http://127.0.0.1:1', 3, posted)
  expect(fault.label).toBe('misbehave(gateway, reset, POST /charges)')
  const { apply, touches } = await plan
  expect(touches).toEqual(['payments'])
  expect(posted).toEqual([])
  const injection = await apply()
  expect(posted).toEqual([{ kind: 'reset', on: 'POST /charges' }])
  expect(await injection.landed()).toBe(3)
})

test('says so when it touched nothing', async () => {
  const { apply } = await planned('http://127.0.0.1:1', 0).plan
  expect(await (await apply()).landed()).toBe(0)
})

test('heals, heals twice, and is healed when the peer is gone', async () => {
  const port = await adminPort()
  const { undo: owed } = await planned(port.url, 0).plan
  if (!owed) throw new Error('The fault can be undone, and must say how.')
  await undo(owed.args)
  await undo(owed.args)
  expect(port.calls).toEqual(Array(2).fill('DELETE /faults Bearer secret'))
  await port[Symbol.asyncDispose]()
  await undo(owed.args)
})

test('control: says so when the peer refuses to heal', async () => {
  await using port = await adminPort()
  await expect(undo({ url: port.url, token: 'wrong' })).rejects.toThrow('refused to heal: 401')
})
