import { afterAll, beforeAll, expect, describe as plainDescribe, test } from 'vitest'
import { type Haproxy, startHaproxy } from '../../haproxy.ts'
import { haproxyServer } from '../../runtime/haproxy-server.ts'
import { reservePort } from '../../runtime/reserve-port.ts'
import { missing } from '../../testing/missing.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import { Client } from '../client.ts'
import { eventually, signedIn } from '../person.ts'

const describe = plainDescribe.skipIf(await missing(haproxyServer))

let app: Application
let steady: Instance
/** On a port of its own, so that it comes back where it was. */
let mortal: Instance
let balancer: Haproxy
beforeAll(async () => {
  app = await startApplication({ instances: [['api']] })
  steady = app.instances[0]
  const { port, release } = await reservePort()
  await release()
  mortal = await app.startInstance('mortal', ['api'], { ports: { api: port } })
  const members = [steady, mortal].map(instance => {
    const { hostname: host, port } = new URL(instance.url('api'))
    return { name: instance.name, host, port: Number(port) }
  })
  balancer = await startHaproxy(app.run, {
    pools: [{ name: 'api', members, healthPath: '/health/ready' }],
  })
})
afterAll(() => app[Symbol.asyncDispose]())

/** A process starts in half a second; on a machine that does much else, in many. */
const startWithinMs = 40_000

/** Until the balancer's own health checks see this member so. */
const seen = (instance: Instance, wanted: string) =>
  eventually(
    async () =>
      (await balancer.admin.members()).find(each => each.member === instance.name)?.status,
    status => status === wanted,
    startWithinMs,
  )

/** Who answers, by the figure that names its instance. */
async function answering(times: number): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for (let i = 0; i < times; i++) {
    const { status, text } = await new Client(balancer.url).get('/metrics')
    expect(status).toBe(200)
    names.add(/instance="([^"]+)"/.exec(text)?.[1] ?? 'nobody')
  }
  return names
}

describe('PLT-03 balancing', () => {
  test('a session holds on whichever instance answers', async () => {
    const { token } = await signedIn(app)
    for (const instance of [steady, mortal]) await seen(instance, 'UP')
    const client = new Client(balancer.url)
    client.token = token
    for (let i = 0; i < 6; i++) expect((await client.get('/v1/me')).status).toBe(200)
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
  })

  test('an instance that dies is left out, and taken back when it is there again', async () => {
    await mortal.process.kill()
    await seen(mortal, 'DOWN')
    expect(await answering(6)).toEqual(new Set([steady.name]))
    // Control: whoever goes to it past the balancer gets nothing.
    await expect(mortal.client().get('/health/live')).rejects.toThrow()
    await mortal.process.restart()
    await seen(mortal, 'UP')
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
  }, 60_000)

  test('an instance that answers no more is left out, and taken back', async () => {
    await mortal.process.pause()
    await seen(mortal, 'DOWN')
    expect(await answering(6)).toEqual(new Set([steady.name]))
    await mortal.process.resume()
    await seen(mortal, 'UP')
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
  })
})
