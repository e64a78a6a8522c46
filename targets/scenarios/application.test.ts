import { Toxiproxy } from 'toxiproxy-node-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Application, startApplication } from './application.ts'
import { linkOf } from './link-fault.ts'
import { eventually } from './person.ts'

const providers = ['postgres', 'redis', 'smtp', 'payments', 'marketplace']
const roles = ['api', 'realtime', 'worker']

let app: Application
beforeAll(async () => {
  app = await startApplication({ peers: ['smtp', 'payments', 'marketplace', 'oauth'] })
})
afterAll(() => app?.[Symbol.asyncDispose]())

async function setLink(name: string, enabled: boolean): Promise<void> {
  const link = linkOf(app, name)
  const proxy = await new Toxiproxy(link.adminUrl).get(link.name)
  await proxy.update({ ...proxy.toJson(), enabled })
}

const readiness = () =>
  Promise.all(
    app.instances.map(async each => (await each.client().get('/health/ready')).body.dependencies),
  )

test('each instance has a link to each server, and clients one to each of its roles', () => {
  const wanted = app.instances.flatMap(({ name }) => [
    ...providers.map(provider => `${name}>${provider}`),
    ...roles.map(role => `client>${name}.${role}`),
  ])
  expect(app.proxies.links.map(({ name }) => name).sort()).toEqual(
    [...wanted, 'everybody>oauth'].sort(),
  )
})

test.each(['postgres', 'redis'])('without its link to %s an instance alone misses it', async to => {
  await setLink(`app-1>${to}`, false)
  await eventually(readiness, ([first]) => first?.[to] === 'down', 10_000)
  expect((await readiness())[1]).toMatchObject({ [to]: 'up' })
  await setLink(`app-1>${to}`, true)
  await eventually(readiness, ([first]) => first?.[to] === 'up', 10_000)
})

test('without the link of clients nobody reaches it', async () => {
  const [first] = app.instances
  await setLink(`client>${first.name}.api`, false)
  await expect(first.client().get('/health/live')).rejects.toThrow()
  await setLink(`client>${first.name}.api`, true)
  expect((await first.client().get('/health/live')).status).toBe(200)
})
