import { randomUUID } from 'node:crypto'
import { generate } from 'otplib'
import type { Application } from '../application.ts'
import type { Client } from '../client.ts'
import { order, product } from '../orders/shop.ts'
import { newPerson, served, signedIn, sql } from '../person.ts'

/** A request that is right: where nothing fails, it does what it asks for. */
export interface Asked {
  /** Whose; default: the shopkeeper's. */
  readonly client?: Client
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Where a request is prepared. */
export interface World {
  readonly app: Application
  /** Has every right. */
  readonly keeper: Client & { readonly userId: string }
}

type Prepare = (world: World) => Promise<Asked> | Asked

const key = () => ({ 'idempotency-key': randomUUID() })
const body = { body: 'Some words' }

async function somebody({ app }: World) {
  const person = newPerson()
  return { person, client: await signedIn(app, person) }
}

/** Of a mail to this person. */
async function tokenOf({ app }: World, email: string, purpose: 'verify' | 'reset') {
  const text = 'select body from mail_outbox where recipient = $1 and body like $2'
  const [mail] = await sql<{ body: string }>(app, text, [email, `%/${purpose}?token=%`])
  return /token=([\w-]+)/.exec(mail?.body ?? '')?.[1] ?? 'none'
}

async function registered({ app }: World) {
  const person = newPerson()
  await served(() => app.instances[0].client().post('/v1/accounts', person))
  return person
}

async function ordered(world: World): Promise<string> {
  const productId = await product(world.keeper, { stock: 5 })
  const placed = await served(() => order(world.keeper, [{ productId, quantity: 1 }]))
  return placed.body.id
}

async function draft({ keeper }: World) {
  const post = { title: `Post ${randomUUID()}`, ...body }
  return (await served(() => keeper.post('/v1/drafts', post))).body
}

async function withSecondFactor(world: World) {
  const { client } = await somebody(world)
  const { secret } = (await client.post('/v1/mfa')).body
  const { recoveryCodes } = (
    await client.post('/v1/mfa/confirm', { code: await generate({ secret }) })
  ).body
  return { client, code: recoveryCodes[0] }
}

/** One right request for each route that changes something, by method and path. */
export const writingRequests: Readonly<Record<string, Prepare>> = {
  'POST /checkout': () => {
    const items = [{ sku: 'lamp', quantity: 1, priceCents: 100 }]
    return { path: '/checkout', body: { orderId: randomUUID(), items } }
  },
  'POST /v1/accounts': () => ({ path: '/v1/accounts', body: newPerson() }),
  'POST /v1/accounts/verify': async world => {
    const { email } = await registered(world)
    return { path: '/v1/accounts/verify', body: { token: await tokenOf(world, email, 'verify') } }
  },
  'POST /v1/accounts/verify/mail': async world => {
    const { email } = await registered(world)
    return { path: '/v1/accounts/verify/mail', body: { email } }
  },
  'POST /v1/login': async world => {
    const { username: login, password } = (await somebody(world)).person
    return { path: '/v1/login', body: { login, password } }
  },
  'POST /v1/token/refresh': async world => {
    const { refreshToken } = (await somebody(world)).client
    return { path: '/v1/token/refresh', body: { refreshToken } }
  },
  'POST /v1/password/forgot': async world => {
    const { email } = (await somebody(world)).person
    return { path: '/v1/password/forgot', body: { email } }
  },
  'POST /v1/password/reset': async world => {
    const { client, person } = await somebody(world)
    await served(() => client.post('/v1/password/forgot', { email: person.email }))
    const token = await tokenOf(world, person.email, 'reset')
    return { path: '/v1/password/reset', body: { token, password: `New-${randomUUID()}` } }
  },
  'POST /v1/password/change': async world => {
    const { client, person } = await somebody(world)
    const change = { current: person.password, next: `New-${randomUUID()}` }
    return { client, path: '/v1/password/change', body: change }
  },
  'DELETE /v1/me': async world => {
    const { client, person } = await somebody(world)
    return { client, path: '/v1/me', body: { password: person.password } }
  },
  'POST /v1/logout': async world => ({ ...(await somebody(world)), path: '/v1/logout' }),
  'POST /v1/logout/everywhere': async world => ({
    ...(await somebody(world)),
    path: '/v1/logout/everywhere',
  }),
  'POST /v1/mfa': async world => ({ ...(await somebody(world)), path: '/v1/mfa' }),
  'POST /v1/mfa/confirm': async world => {
    const { client } = await somebody(world)
    const { secret } = (await client.post('/v1/mfa')).body
    return { client, path: '/v1/mfa/confirm', body: { code: await generate({ secret }) } }
  },
  'POST /v1/mfa/disable': async world => {
    const { client, code } = await withSecondFactor(world)
    return { client, path: '/v1/mfa/disable', body: { code } }
  },
  'PUT /v1/users/:id/roles': async world => {
    const { userId } = (await somebody(world)).client
    return { path: `/v1/users/${userId}/roles`, body: { roles: ['author'] } }
  },
  'POST /v1/oauth/start': () => ({ path: '/v1/oauth/start' }),
  'DELETE /v1/sessions/:id': async world => {
    const { client } = await somebody(world)
    return { client, path: `/v1/sessions/${client.sessionId}` }
  },
  'PATCH /v1/sessions/shared': () => ({
    path: '/v1/sessions/shared',
    body: { theme: randomUUID() },
  }),
  'POST /v1/products': () => ({
    path: '/v1/products',
    body: { sku: `sku-${randomUUID().slice(0, 13)}`, name: 'A thing', price: '1.00' },
  }),
  'PATCH /v1/products/:id': async ({ keeper }) => ({
    path: `/v1/products/${await product(keeper)}`,
    body: { name: 'Another name' },
  }),
  'POST /v1/products/:id/stock': async ({ keeper }) => ({
    path: `/v1/products/${await product(keeper)}/stock`,
    body: { quantity: 3 },
  }),
  'PUT /v1/cart/:id': async ({ keeper }) => ({
    path: `/v1/cart/${await product(keeper, { stock: 2 })}`,
    body: { quantity: 1 },
  }),
  'POST /v1/orders': async ({ keeper }) => {
    const items = [{ productId: await product(keeper, { stock: 5 }), quantity: 1 }]
    return { path: '/v1/orders', body: { items }, headers: key() }
  },
  'POST /v1/orders/:id/pay': async world => ({ path: `/v1/orders/${await ordered(world)}/pay` }),
  'POST /v1/orders/:id/cancel': async world => ({
    path: `/v1/orders/${await ordered(world)}/cancel`,
  }),
  'POST /v1/orders/:id/ship': async world => {
    const id = await ordered(world)
    await sql(world.app, `update orders_orders set status = 'paid' where id = $1`, [id])
    return { path: `/v1/orders/${id}/ship` }
  },
  'POST /v1/users/:id/credit': ({ keeper }) => ({
    path: `/v1/users/${keeper.userId}/credit`,
    body: { amount: '5.00' },
    headers: key(),
  }),
  'POST /v1/credit/spend': async ({ keeper }) => {
    const path = `/v1/users/${keeper.userId}/credit`
    await served(() => keeper.post(path, { amount: '5.00' }, { headers: key() }))
    return { path: '/v1/credit/spend', body: { amount: '0.01' }, headers: key() }
  },
  'POST /graphql': () => ({ path: '/graphql', body: { query: '{ __typename }' } }),
  'POST /v1/posts/:slug/comments': async world => {
    const { id, slug } = await draft(world)
    await served(() => world.keeper.post(`/v1/drafts/${id}/publish`))
    return { path: `/v1/posts/${slug}/comments`, body }
  },
  'POST /v1/drafts': () => ({
    path: '/v1/drafts',
    body: { title: `Post ${randomUUID()}`, ...body },
  }),
  'PATCH /v1/drafts/:id': async world => ({
    path: `/v1/drafts/${(await draft(world)).id}`,
    body: { version: 1, title: 'Another title' },
  }),
  'DELETE /v1/drafts/:id': async world => ({ path: `/v1/drafts/${(await draft(world)).id}` }),
  'POST /v1/drafts/:id/publish': async world => ({
    path: `/v1/drafts/${(await draft(world)).id}/publish`,
  }),
  'POST /v1/drafts/:id/withdraw': async world => ({
    path: `/v1/drafts/${(await draft(world)).id}/withdraw`,
  }),
  'PUT /v1/settings': async ({ keeper }) => {
    const { version, settings } = (await keeper.get('/v1/settings')).body
    return { path: '/v1/settings', body: { version, settings } }
  },
  'POST /v1/marketplace/orders': () => ({
    path: '/v1/marketplace/orders',
    body: { sku: 'lamp', quantity: 1 },
    headers: key(),
  }),
  'POST /v1/directory/people': () => ({
    path: '/v1/directory/people',
    body: {
      email: `${randomUUID()}@example.test`,
      name: 'Somebody',
      password: 'Correct-horse-battery',
    },
  }),
  'POST /v1/directory/verify': () => ({
    path: '/v1/directory/verify',
    body: { token: randomUUID() },
  }),
  'POST /v1/directory/login': () => ({
    path: '/v1/directory/login',
    body: { email: `${randomUUID()}@example.test`, password: 'Correct-horse-battery' },
  }),
  'PATCH /v1/directory/me': () => ({ path: '/v1/directory/me', body: { name: 'Another' } }),
  'POST /v1/directory/notes': () => ({ path: '/v1/directory/notes', body: { title: 'A note' } }),
  'POST /v1/events': () => ({ path: '/v1/events', body: { name: 'clicked', properties: {} } }),
  'POST /v1/messages': () => ({ path: '/v1/messages', body: { kind: 'note', ...body } }),
  'POST /v1/dead-letters/:id/redrive': async ({ app, keeper }) => {
    const id = randomUUID()
    await served(() => keeper.post('/v1/messages', { id, kind: 'note', ...body }))
    await sql(app, `update messages_jobs set state = 'dead' where id = $1`, [id])
    return { path: `/v1/dead-letters/${id}/redrive` }
  },
  'POST /v1/uploads': () => ({
    path: '/v1/uploads',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': '5',
      'upload-metadata': `filename ${Buffer.from('a.txt').toString('base64')}`,
    },
  }),
}

/** They speak the protocol of resumable uploads, and change nothing but the file itself. */
export const otherWriting: readonly string[] = [
  ...['PATCH', 'DELETE', 'OPTIONS'].map(method => `${method} /v1/uploads`),
  ...['POST', 'PATCH', 'DELETE', 'OPTIONS'].map(method => `${method} /v1/uploads/:id`),
]
