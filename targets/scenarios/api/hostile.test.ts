import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, describe, expect } from 'vitest'
import { cases } from '../../../lab/testing/nightly.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Answer, Client } from '../client.ts'
import { shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { newPerson, sql } from '../person.ts'
import { test } from '../warm.ts'
import { attacks } from './vectors.ts'

let app: Application
let keeper: Client
test.beforeAll(async ({ warm }) => {
  // One: what is tried is how a process reads what it is sent, and each would read it alike.
  app = await startApplication({ instances: [['api']] }, warm)
  keeper = await shopkeeper(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

const nobody = () => app.instances[0].client()
const inUrl = encodeURIComponent

/** Where a text goes that is only looked for, and never kept. */
const asked: Readonly<Record<string, (text: string) => Promise<Answer>>> = {
  'a login': text => nobody().post('/v1/login', { login: text, password: text }),
  'a name': text => nobody().post('/v1/accounts', { ...newPerson(), username: text }),
  'a token': text => nobody().post('/v1/token/refresh', { refreshToken: text }),
  'a page': text => keeper.get(`/v1/products?after=${inUrl(text)}`),
  'an id': text => keeper.get(`/v1/products/${inUrl(text)}`),
  'a search': text => keeper.get(`/v1/posts?q=${inUrl(text)}`),
  'a tag': text => keeper.get(`/v1/posts?tag=${inUrl(text)}`),
  'a slug': text => keeper.get(`/v1/posts/${inUrl(text)}`),
  'a role': text => keeper.put(`/v1/users/${randomUUID()}/roles`, { roles: [text] }),
  'a key': text =>
    keeper.post('/v1/orders', { items: [] }, { headers: { 'idempotency-key': text } }),
  'a variable': text =>
    keeper.post('/graphql', {
      query: 'query ($after: String!) { products(after: $after) { sku } }',
      variables: { after: text },
    }),
}

/** Where it is kept: what reads it back, and where it stands there. */
const kept: Readonly<Record<string, (text: string) => Promise<[Answer, unknown]>>> = {
  'a product': async name => {
    const sku = `sku-${randomUUID().slice(0, 13)}`
    const { body } = await keeper.post('/v1/products', { sku, name, price: '1.00' })
    const answer = await keeper.get(`/v1/products/${body.id}`)
    return [answer, answer.body.name]
  },
  'a post': async text => {
    const { body } = await keeper.post('/v1/drafts', { title: `T ${text}`, body: text, tags: [] })
    await keeper.post(`/v1/drafts/${body.id}/publish`)
    const answer = await nobody().get(`/v1/posts/${inUrl(body.slug)}`)
    return [answer, answer.body.body]
  },
  'a comment': async text => {
    const { body } = await keeper.post('/v1/drafts', { title: 'T', body: 'b', tags: [] })
    await keeper.post(`/v1/drafts/${body.id}/publish`)
    await keeper.post(`/v1/posts/${body.slug}/comments`, { body: text })
    const answer = await nobody().get(`/v1/posts/${body.slug}/comments`)
    return [answer, answer.body.comments[0]?.body]
  },
  'what devices share': async text => {
    await keeper.patch('/v1/sessions/shared', { note: text })
    const answer = await keeper.get('/v1/sessions/shared')
    return [answer, answer.body.note]
  },
}

const state = () =>
  sql(
    app,
    `select (select count(*) from accounts_users) as users,
       (select string_agg(user_id || role, ',') from identity_roles) as roles,
       (select count(*) from orders_orders) as orders`,
  )

describe('API-07 injections', () => {
  test.each(attacks.sql)('%s is only text, wherever it goes', async text => {
    const before = await state()
    for (const [where, ask] of Object.entries(asked)) {
      const { status, body } = await ask(text)
      expect(status, `${where}: ${JSON.stringify(body)}`).toBeLessThan(500)
      expect(status === 201, `${where} was accepted`).toBe(false)
    }
    for (const [where, keep] of Object.entries(kept)) {
      expect((await keep(text))[1], where).toBe(text.trim())
    }
    expect(await state()).toEqual(before)
  })

  test('control: most of them do harm where text is put into SQL by hand', async () => {
    const client = new pg.Client({ connectionString: app.postgres.url, statement_timeout: 500 })
    await client.connect()
    const bites = async (text: string) => {
      await client.query(`begin; create temp table people on commit drop as select 'admin' as name`)
      try {
        const answer = await client.query(`select name from people where name = '${text}'`)
        return Array.isArray(answer) || answer.rows.length > 0
      } catch {
        return true
      } finally {
        await client.query('rollback')
      }
    }
    let biting = 0
    for (const text of attacks.sql) if (await bites(text)) biting += 1
    await client.end()
    expect(biting).toBeGreaterThanOrEqual(8)
  })

  test.each(attacks.xss)('the script %s is never sent as something to run', async text => {
    for (const [where, keep] of Object.entries(kept)) {
      const [answer, found] = await keep(text)
      expect(found, where).toBe(text)
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
    const absent = await nobody().get(`/v1/nowhere/${inUrl(text)}`)
    expect(absent.headers.get('content-type')).toBe('application/problem+json')
    expect(absent.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each(Object.entries(attacks.json))(
    '%s is refused, and the process lives',
    async (kind, body) => {
      const status = await keeper.send('POST', '/v1/products', body).then(
        answer => answer.status,
        error => {
          // Who is still sending may see the connection end before the answer.
          if (kind !== 'a huge body') throw error
          return 413
        },
      )
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect((await keeper.get('/health/live')).status).toBe(200)
    },
  )

  test('a request id that is an attack is replaced, in headers and logs', async () => {
    const headers = { 'x-request-id': 'x*/; drop table accounts_users; --' }
    const answer = await keeper.get('/v1/products', { headers })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('API-07 forged addresses', () => {
  const requests = 20
  const defenceSettings = { ...patience, 'rate-limit': { requests, windowMs: 60_000 } }
  /** How many are refused for it of three times as many as one address may send. */
  const refused = async (instance: Instance, from: (index: number) => string) => {
    const asked = Array.from({ length: 3 * requests }, (_, index) => {
      const headers = { 'x-forwarded-for': from(index), forwarded: `for=${from(index)}` }
      return instance.client().get('/v1/products', { headers })
    })
    return (await Promise.all(asked)).filter(({ status }) => status === 429).length
  }
  const forged = (index: number) => `198.51.100.${index}`

  test('do not get around the rate limit', async () => {
    const alone = await app.startInstance('alone', ['api'], { defenceSettings })
    expect(await refused(alone, forged)).toBeGreaterThan(0)
  }, 60_000)

  test('nor behind a trusted proxy, which tells what it saw; control: what it tells counts', async () => {
    const config = { defenceSettings, trustedProxies: ['127.0.0.1'] }
    const behind = await app.startInstance('behind', ['api'], config)
    const seenByProxy = (index: number) => `${forged(index)}, 203.0.113.7`
    expect(await refused(behind, seenByProxy)).toBeGreaterThan(0)
    expect(await refused(behind, forged)).toBe(0)
  }, 60_000)
})

describe('API-07 bytes', () => {
  const post = ['POST /v1/login HTTP/1.1', 'Host: x']
  const unreadable: Readonly<Record<string, readonly string[]>> = {
    'no HTTP at all': ['SSH-2.0-OpenSSH_9.9', '', ''],
    'a version from the future': ['GET / HTTP/9.9', 'Host: x', '', ''],
    'a method that is none': ['G(T / HTTP/1.1', 'Host: x', '', ''],
    'a second request behind two lengths': [
      ...[...post, 'Content-Length: 4', 'Transfer-Encoding: chunked', '', '0', ''],
      ...['GET /v1/products HTTP/1.1', 'Host: x', '', ''],
    ],
    'two different lengths': [...post, 'Content-Length: 4', 'Content-Length: 5', '', 'abcd'],
    'a length below zero': [...post, 'Content-Length: -1', '', ''],
    'a coding behind chunks': [...post, 'Transfer-Encoding: chunked, identity', '', '0', '', ''],
    'a chunk without a size': [...post, 'Transfer-Encoding: chunked', '', 'zz', '', ''],
    'a null in a header': [...post, 'X: a\u0000b', '', ''],
    'a space before the colon': [...post, 'X : a', '', ''],
    'a header without end': [...post, `X: ${'a'.repeat(100_000)}`, '', ''],
  }

  test.each(Object.entries(unreadable))('%s gets one documented refusal', async (_, lines) => {
    const answer = await raw(Buffer.from(lines.join('\r\n'), 'latin1'))
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).toContain('application/problem+json')
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })

  test('whatever bytes come, the process lives', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }).map(each => Buffer.from(`GET /${each} HTTP/1.1\r\n\r\n`)),
    )
    const property = fc.asyncProperty(bytes, async sent => {
      const answer = await raw(Buffer.from(sent))
      expect(answer).toMatch(/^(HTTP\/1\.1 [234]\d\d |$)/)
    })
    await fc.assert(property, { numRuns: cases(25) })
    expect((await keeper.get('/health/live')).status).toBe(200)
  })

  /** What is answered to these bytes until the connection ends. */
  function raw(bytes: Buffer): Promise<string> {
    const { hostname, port } = new URL(app.instances[0].url('api'))
    return new Promise(resolve => {
      let text = ''
      const socket = connect(Number(port), hostname, () => socket.end(bytes))
      socket.on('data', chunk => {
        text += chunk.toString('latin1')
      })
      socket.on('error', () => {}) // seen as a close
      socket.on('close', () => resolve(text))
      socket.setTimeout(5_000, () => socket.destroy())
    })
  }
})

describe('API-11 whatever is asked of GraphQL', () => {
  const names = ['products', 'product', 'orders', 'sku', 'name', 'price', 'lines', 'id', 'nothing']
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }).map(each => JSON.stringify(each)),
    fc.constantFrom('$v', 'ENUM', '{a: 1}', '99999999999999999999', '1e400'),
  )
  const { selection } = fc.letrec<{ selection: string; field: string }>(tie => ({
    selection: fc
      .array(tie('field'), { minLength: 1, maxLength: 3 })
      .map(fields => `{ ${fields.join(' ')} }`),
    field: fc
      .tuple(
        fc.constantFrom('', 'a: ', '... on Product ', '@skip(if: true) '),
        fc.constantFrom(...names, '__typename', '__schema', '...f'),
        fc.option(fc.tuple(fc.constantFrom('id', 'first', 'after', 'x'), value)),
        fc.option(tie('selection'), { maxDepth: 4 }),
      )
      .map(([before, name, args, inner]) =>
        [before, name, args ? `(${args[0]}: ${args[1]})` : '', inner ?? ''].join(''),
      ),
  }))
  const query = fc.oneof(
    fc.tuple(
      fc.constantFrom('', 'query q($v: Int) ', 'mutation ', 'fragment f on Query '),
      selection,
    ),
    fc.tuple(fc.string(), fc.string()),
  )

  test('the answer is data or a documented error, never a 500', async () => {
    const variables = fc.dictionary(fc.constant('v'), fc.jsonValue())
    const property = fc.asyncProperty(query, variables, async (parts, given) => {
      const { status, body } = await keeper.post('/graphql', {
        query: parts.join(''),
        variables: given,
      })
      expect(status, JSON.stringify(body)).toBeLessThan(500)
      for (const error of body.errors ?? []) {
        expect(error.extensions?.code).toEqual(expect.any(String))
      }
    })
    // A query that is a number was once taken for none.
    await fc.assert(property, { numRuns: cases(100), examples: [[['', '0'], {}]] })
  })

  test('a crowd of aliases is refused before it costs a query each', async () => {
    const aliases = Array.from({ length: 2_000 }, (_, index) => `a${index}: products { sku }`)
    const answer = await keeper.post('/graphql', { query: `{ ${aliases.join(' ')} }` })
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'graphql-invalid' } }] },
    })
  })
})
