import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { createDefences } from '../../service/defences.ts'
import { createTokens } from '../../service/identity/tokens.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import { patience } from '../patience.ts'
import { type logIn, signedIn } from '../person.ts'
import { SocketClient } from '../socket-client.ts'
import { test } from '../warm.ts'
import { ChatClient, upTo } from './chat-client.ts'

type Person = Awaited<ReturnType<typeof logIn>>

const paths = ['/chat?client=test', '/agents', '/messages'] as const
const auth = {
  tokens: { algorithm: 'HS256', secret: randomUUID() },
  issuer: 'shop',
  refreshSeconds: 600,
  sessionSeconds: 600,
  secureCookies: false,
} as const
/** A token as the service signs it, which counts no longer than it says. */
const shortSeconds = 4
const strict = { ...patience, 'clock-leeway': { seconds: 0 } }
const shortTokens = createTokens({ ...auth, accessSeconds: shortSeconds }, createDefences([]))

let app: Application
let here: Instance
test.beforeAll(async ({ warm }) => {
  const config = { auth, defenceSettings: strict }
  app = await startApplication({ instances: [['api', 'realtime']], config }, warm)
  here = app.instances[0]
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** Signed in with a token that is over soon. */
async function open(path: string, person: Person, instance = here): Promise<SocketClient> {
  const client = await new SocketClient(instance, path).opened()
  return client.signIn(await shortTokens.issue(person))
}

const why = { code: 1008, reason: 'the token has expired' }

describe('WS-01 a web socket is signed in as long as its token', () => {
  test('then it is closed on every path, unless it showed a newer one', async () => {
    const person = await signedIn(app)
    const old = await shortTokens.issue(person)
    await Promise.all(
      paths.map(async path => {
        const labels = { path: path.replace(/\?.*/, ''), reason: 'token-expired' }
        const before = await figure(here, 'websocket_cut_total', labels)
        using nobody = await new SocketClient(here, path).opened()
        // It comes first in each round in which expired ones are looked for.
        using staying = await open(path, person)
        using leaving = await open(path, person)
        await staying.signIn(person.token)
        await leaving.whenClosed()
        expect(leaving.closed).toEqual(why)
        expect([staying.closed, nobody.closed]).toEqual([undefined, undefined])
        expect(await figure(here, 'websocket_cut_total', labels)).toBe(before + 1)
        nobody.send({ type: 'auth', token: old })
        const refused = await nobody.got(({ type }) => type === 'error')
        expect(refused).toMatchObject({ about: 'auth', code: 'token-expired' })
      }),
    )
  })

  test('tells when that is, and comes back with a new token and what it missed', async () => {
    const person = await signedIn(app)
    const channel = `private:${person.userId}:notes`
    const sender = await ChatClient.open(here)
    await sender.signIn(person.token)
    const first = await ChatClient.open(here)
    await first.signIn(await shortTokens.issue(person))
    const told = first.frames.find(({ type }) => type === 'authenticated')
    expect(told?.expiresInMs).toBeGreaterThan(0)
    expect(told?.expiresInMs).toBeLessThanOrEqual(shortSeconds * 1_000)
    first.send({ type: 'subscribe', channel })
    await first.got(({ type }) => type === 'subscribed')
    for (const text of ['one', 'two']) await sender.say(channel, text)
    await first.has(channel, 2)
    await first.whenClosed()
    await sender.say(channel, 'three')

    const { refreshToken } = person
    const refreshed = await here.client().post('/v1/token/refresh', { refreshToken })
    const second = await ChatClient.open(here)
    await second.signIn(refreshed.body.accessToken)
    second.send({ type: 'subscribe', channel, after: first.numbers(channel).at(-1) ?? 0 })
    await second.has(channel, 1)
    await sender.say(channel, 'four')
    await second.has(channel, 2)
    expect([...first.numbers(channel), ...second.numbers(channel)]).toEqual(upTo(4))
    for (const client of [sender, first, second]) client[Symbol.dispose]()
  })

  control('websocket-token-expiry', 'it stays signed in for good', async ({ defencesOff }) => {
    const [person, other] = [await signedIn(app), await signedIn(app)]
    const lasting = await app.startInstance('lasting', ['realtime'], { defencesOff })
    using staying = await open('/messages', person, lasting)
    using later = await open('/messages', person)
    using leaving = await new SocketClient(lasting, '/messages').opened()
    await leaving.signIn(other.token)
    await later.whenClosed()
    // Then a round of this instance, in which it finds who has logged out.
    await other.post('/v1/logout')
    expect(await leaving.whenClosed()).toBe(1008)
    expect(staying.closed).toBeUndefined()
    staying.send({ type: 'listen', after: '0-0' })
    await staying.got(({ type }) => type === 'listening')
    await lasting.process.kill()
  })
})
