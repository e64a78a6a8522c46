import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect } from 'vitest'
import { cases } from '../../../lab/testing/nightly.ts'
import { type Application, startApplication } from '../application.ts'
import { type Answer, Client } from '../client.ts'
import { shopkeeper } from '../orders/shop.ts'
import { newPerson, signedIn } from '../person.ts'
import { test } from '../warm.ts'
import { newFolder } from './folder.ts'
import { everything, type Route, routesOf } from './routes.ts'

let app: Application
let admin: Client
let folder: Awaited<ReturnType<typeof newFolder>>
let routes: readonly Route[]
test.beforeAll(async ({ warm }) => {
  folder = await newFolder()
  // One: each route is the same code on every instance.
  app = await startApplication({ instances: [['api']], config: everything(folder.path) }, warm)
  admin = await shopkeeper(app)
  routes = await routesOf(app, folder.path)
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const nameOf = ({ method, path }: Route) => `${method} ${path}`
const withId = ({ path }: Route, id: string = randomUUID()) => path.replace(/:\w+/, id)

/** What one can ask without being signed in. */
const forEverybody: readonly string[] = [
  ...['live', 'ready', 'startup', 'traffic', 'dependencies'].map(path => `GET /health/${path}`),
  'GET /metrics',
  ...['POST /checkout', 'GET /orders/:id', 'GET /sessions/:id'],
  ...['POST /v1/accounts', 'POST /v1/accounts/verify', 'POST /v1/accounts/verify/mail'],
  ...['POST /v1/login', 'POST /v1/token/refresh'],
  ...['POST /v1/password/forgot', 'POST /v1/password/reset'],
  ...['POST /v1/oauth/start', 'GET /v1/oauth/callback'],
  ...['GET /v1/products', 'GET /v1/products/:id', 'GET /v2/products', 'GET /v2/products/:id'],
  ...['GET /v1/posts', 'GET /v1/posts/:slug', 'GET /v1/posts/:slug/comments'],
  'GET /v1/marketplace/products/:sku',
  ...['POST /v1/directory/people', 'POST /v1/directory/verify', 'POST /v1/directory/login'],
  'POST /v1/events',
  // Products are for everybody, orders are not; tried with API-11.
  ...['GET /graphql', 'POST /graphql'],
]

/** Has sessions of its own, in one of three databases, and knows no cookies. */
const isDirectory = ({ path }: Route) => path.startsWith('/v1/directory/')

describe('API-02 every route', () => {
  const guarded = () => routes.filter(each => !forEverybody.includes(nameOf(each)))
  const isProblem = ({ headers }: Answer) =>
    headers.get('content-type')?.startsWith('application/problem+json')
  /** What each of these routes answered, and that it said so as a problem. */
  const askAll = async (asked: readonly Route[], client: Client) =>
    Promise.all(
      asked.map(async each => {
        const answer = await client.send(each.method, withId(each))
        return [nameOf(each), answer.status, isProblem(answer) && answer.body.code]
      }),
    )

  test('that is called open to everybody exists', () => {
    expect(routes.map(nameOf)).toEqual(expect.arrayContaining([...forEverybody]))
  })

  test.each([
    ['no token', 'unauthenticated', {}],
    ['a forged token', 'token-invalid', { token: 'a.b.c' }],
    [
      'a cookie that is no session',
      'session-ended',
      { cookie: `sid=${randomUUID()}.${'A'.repeat(43)}` },
    ],
  ])('asks who is calling before anything else: %s', async (_name, code, credentials) => {
    const stranger = Object.assign(app.instances[0].client(), credentials)
    const asked = guarded()
    expect(asked.length).toBeGreaterThan(40)
    expect(await askAll(asked, stranger)).toEqual(
      asked.map(each => [nameOf(each), 401, isDirectory(each) ? 'unauthenticated' : code]),
    )
  })

  test('control: does not ask who shows a token', async () => {
    const client = await signedIn(app)
    const asked = guarded().filter(each => !isDirectory(each) && !leaving.includes(nameOf(each)))
    const answers = await askAll(asked, client)
    expect(answers.filter(([, , code]) => code === 'unauthenticated')).toEqual([])
  })

  test('that changes something wants more of a browser than its cookie', async () => {
    const person = newPerson()
    await signedIn(app, person)
    const browser = app.instances[0].client()
    const { username: login, password } = person
    const answer = await browser.post('/v1/login', { login, password })
    browser.cookie = answer.headers.get('set-cookie')?.split(';')[0]
    expect((await browser.get('/v1/me')).status).toBe(200)
    const changing = guarded().filter(({ method }) => !['GET', 'OPTIONS'].includes(method))
    const asked = changing.filter(each => !isDirectory(each))
    expect(asked.length).toBeGreaterThan(25)
    const forbidden = asked.map(each => [nameOf(each), 403, 'csrf'])
    expect(await askAll(asked, browser)).toEqual(forbidden)
    browser.csrf = 'A'.repeat(24)
    expect(await askAll(asked, browser)).toEqual(forbidden)
    expect((await browser.get('/v1/me')).status).toBe(200)
  })
})

const names = [
  ...['items', 'username', 'email', 'password', 'token', 'login', 'code', 'sku', 'name', 'price'],
  ...[
    'quantity',
    'query',
    'variables',
    'operationName',
    'amount',
    'roles',
    'title',
    'body',
    'tags',
  ],
  ...['version', 'kind', 'priority', 'properties', 'orderId', 'current', 'next', 'refreshToken'],
]
const field = fc.oneof(fc.constantFrom(...names), fc.string())
const json = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })), { maxKeys: 6 }),
)
const text = fc.string({ unit: 'grapheme' }).map(each => each.toWellFormed())
const latin1 = fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,40}$/)
const anything = {
  /** In the place of an id. */
  id: fc.oneof(
    fc.uuid(),
    text.map(encodeURIComponent),
    fc.constantFrom('%00', '%ff', '..%2f..%2fetc%2fpasswd', '%zz', '-1', '0', 'x'.repeat(2_000)),
  ),
  query: fc.dictionary(
    fc.constantFrom('limit', 'after', 'q', 'tag', 'code', 'state', 'name', 'since', 'x'),
    text,
    { maxKeys: 3 },
  ),
  body: fc.oneof(
    json.map(value => JSON.stringify(value)),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('{"a":', '[[[[', '\u0000', '{"__proto__":{"a":1}}', ''),
  ),
  type: fc.constantFrom(
    ...['application/json', 'application/json', 'application/json', 'application/json'],
    ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense'],
    ...['multipart/form-data; boundary=x', 'application/json; charset=utf-16'],
    'application/offset+octet-stream',
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      ...['idempotency-key', 'x-deadline-ms', 'x-request-id', 'range', 'if-none-match'],
      ...['accept-encoding', 'accept', 'user-agent', 'cookie', 'x-csrf-token', 'accept-language'],
      ...['tus-resumable', 'upload-length', 'upload-offset', 'upload-metadata', 'upload-concat'],
      ...['upload-defer-length', 'x-http-method-override', 'x-forwarded-for', 'content-encoding'],
    ),
    fc.oneof(
      latin1,
      fc.constantFrom('-1', '1', '1e309', 'NaN', '9'.repeat(400), 'bytes=0-', '1.0.0', 'DELETE'),
    ),
    { maxKeys: 4 },
  ),
}
const request = fc.record(anything)

/** These would end the session they are asked with. */
const leaving = ['DELETE /v1/me', 'POST /v1/logout', 'POST /v1/logout/everywhere']
/** Their errors are those of the protocol they speak. */
const protocols = /^\/(v1\/uploads|graphql)/
const isDocumented = ({ status, headers, body }: Answer) =>
  status < 500 || (status === 503 && headers.has('retry-after') && body.outcome !== undefined)

describe('API-07 whatever is sent', () => {
  const perRoute = cases(12)

  test('every route answers with what is documented, and the process lives', async () => {
    for (const each of routes) {
      const client = leaving.includes(nameOf(each)) ? await signedIn(app) : admin
      const work = fc.asyncProperty(request, async ({ id, query, body, type, headers }) => {
        const path = `${withId(each, id)}?${new URLSearchParams(query)}`
        const sent = each.method === 'GET' ? undefined : body
        const all = { ...headers, ...(sent !== undefined && { 'content-type': type }) }
        const answer = await client.send(each.method, path, sent, { headers: all })
        expect(isDocumented(answer), answer.text).toBe(true)
        if (answer.status < 400 || protocols.test(each.path)) return
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
        expect(answer.body).toMatchObject({ code: expect.any(String), status: answer.status })
      })
      await fc.assert(work, { numRuns: perRoute }).catch(cause => {
        throw new Error(nameOf(each), { cause })
      })
    }
    expect((await admin.get('/v1/me')).status).toBe(200)
  }, 60_000)

  test('no method, path or version of HTTP is too strange to be answered', async () => {
    const path = fc.oneof(text.map(encodeURIComponent), fc.constantFrom('/', '%', '%zz', '..'))
    const method = fc.constantFrom('GET', 'PROPFIND', 'PURGE', 'OPTIONS', 'PATCH', 'SEARCH')
    await fc.assert(
      fc.asyncProperty(method, path, async (asked, rest) => {
        const answer = await new Client(app.instances[0].url('api')).send(asked, `/v1/${rest}`)
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.status).toBeLessThan(500)
        expect(answer.body).toMatchObject({ code: expect.any(String) })
      }),
      { numRuns: cases(40) },
    )
  })
})
