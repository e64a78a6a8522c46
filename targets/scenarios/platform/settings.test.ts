import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect } from 'vitest'
import { defenceTable } from '../../service/defences.ts'
import { type ApplicationAt, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { eventually, grant, isWhole, logIn, newPerson, signedIn, sql } from '../person.ts'
import type { OwnPlace } from '../servers.ts'
import { test } from '../warm.ts'

const { withinMs } = defenceTable['live-settings'].settings

let app: ApplicationAt<OwnPlace>
let admin: Client
let user: Client
test.beforeAll(async ({ ownPostgres }) => {
  const defenceSettings = { 'pool-limits': { acquireMs: 8_000 } }
  app = await startApplication({ config: { defenceSettings } }, ownPostgres)
  const person = newPerson('admin')
  const client = await signedIn(app, person)
  await grant(app, client.userId, 'admin')
  admin = await logIn(client, person)
  user = await signedIn(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

const at = (instance: Instance, client: Client): Client =>
  Object.assign(instance.client(), { token: client.token })
const inForce = async (instance: Instance) => (await at(instance, admin).get('/v1/settings')).body
const everywhere = (version: number, instances: readonly Instance[] = app.instances) =>
  eventually(
    () => Promise.all(instances.map(inForce)),
    all => all.every(each => each.version >= version),
    20 * withinMs,
  )

/** Changes some of the settings, whatever version there is. */
async function change(changed: object) {
  const { version, settings } = await inForce(app.instances[0])
  const answer = await admin.put('/v1/settings', { version, settings: { ...settings, ...changed } })
  expect(answer.status).toBe(200)
  return answer.body
}

/** Whether this instance does what changes something. */
async function writes(instance: Instance): Promise<boolean> {
  const { status, body } = await at(instance, user).post('/v1/orders', { items: [] })
  if (status !== 503) return true
  expect(body).toMatchObject({ code: 'read-only', outcome: 'not-done' })
  return false
}

describe('PLT-02 settings that change while the service runs', () => {
  test('hold on every instance, without a restart, and their effect too', async () => {
    const pids = app.instances.map(({ process }) => process.pid)
    const { version } = await change({ readOnly: true })
    const all = await everywhere(version)
    expect(new Set(all.map(each => JSON.stringify(each))).size).toBe(1)
    for (const instance of app.instances) {
      expect(await writes(instance)).toBe(false)
      expect((await at(instance, user).get('/v1/products')).status).toBe(200)
    }
    await everywhere((await change({ readOnly: false })).version)
    for (const instance of app.instances) expect(await writes(instance)).toBe(true)
    expect(app.instances.map(({ process }) => process.pid)).toEqual(pids)
  })

  test('a bad change is refused with every reason, and the old one kept', async () => {
    const before = await inForce(app.instances[0])
    const bad = { version: before.version, settings: { readOnly: 'yes', logLevel: 'loud', x: 1 } }
    const refused = await admin.put('/v1/settings', bad)
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation' } })
    const paths = refused.body.errors?.map(({ path }) => path)
    expect(paths?.sort()).toEqual(['settings', 'settings.logLevel', 'settings.readOnly'])
    for (const instance of app.instances) expect(await inForce(instance)).toEqual(before)
  })

  test('a bad version that got past the check is kept out, and the next good one is not', async () => {
    const before = await inForce(app.instances[0])
    await sql(app, 'insert into settings_versions select $1, $2, gen_random_uuid()', [
      before.version + 1,
      JSON.stringify({ readOnly: true, logLevel: 'loud' }),
    ])
    for (const instance of app.instances) {
      await eventually(
        async () => (await instance.client().get('/metrics')).text,
        page => /^settings_refused_total\S* [1-9]/m.test(page),
        20 * withinMs,
      )
      expect(await inForce(instance)).toEqual(before)
    }
    const { version } = await change({ logLevel: 'warn' })
    expect(version).toBe(before.version + 2)
    for (const each of await everywhere(version)) expect(each.settings.logLevel).toBe('warn')
  })

  test('of two who change the same version one is told', async () => {
    const { version, settings } = await inForce(app.instances[0])
    const tried = await Promise.all(
      Array.from({ length: 6 }, (_, index) => {
        const instance = app.instances[index % app.instances.length] ?? app.instances[0]
        return at(instance, admin).put('/v1/settings', { version, settings })
      }),
    )
    expect(tried.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
    await everywhere(version + 1)
  })

  test('are only for administrators', async () => {
    expect((await user.get('/v1/settings')).status).toBe(403)
    expect((await user.put('/v1/settings', {})).status).toBe(403)
    expect((await app.instances[0].client().get('/v1/settings')).status).toBe(401)
  })

  test('stay in force while Postgres is away, and for who starts later', async () => {
    const { version } = await change({ readOnly: true })
    await everywhere(version)
    const late = await app.startInstance('late', ['api'])
    expect(await writes(late)).toBe(false)
    await app.postgres.kill()
    await pause(2 * withinMs)
    for (const instance of app.instances) expect(await writes(instance)).toBe(false)
    await app.postgres.restart()
    await eventually(() => isWhole(app.instances[0]), Boolean, 20_000)
    const changed = await change({ readOnly: false })
    await everywhere(changed.version, [...app.instances, late])
  })

  control('live-settings', 'an instance goes on with what it began with', async off => {
    const careless = await app.startInstance('careless', ['api'], off)
    const before = await inForce(careless)
    const { version } = await change({ readOnly: true })
    await everywhere(version)
    await pause(2 * withinMs)
    expect(await inForce(careless)).toEqual(before)
    expect(await writes(careless)).toBe(true)
    await everywhere((await change({ readOnly: false })).version)
  })
})
