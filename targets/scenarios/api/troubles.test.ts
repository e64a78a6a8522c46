import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { atNight } from '../../../lab/testing/nightly.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Answer, Client } from '../client.ts'
import { control } from '../control.ts'
import { faultOn } from '../link-fault.ts'
import { shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { at } from '../person.ts'
import { test } from '../warm.ts'
import { newFolder } from './folder.ts'
import { type Asked, writingRequests } from './requests.ts'
import { everything, type Route, routesOf } from './routes.ts'

let app: Application
let subject: Instance
let folder: Awaited<ReturnType<typeof newFolder>>
let keeper: Client & { readonly userId: string }
let routes: readonly Route[]
let requests: readonly (readonly [string, Asked])[]

test.beforeAll(async ({ warm }) => {
  folder = await newFolder()
  const config = { ...everything(folder.path), defenceSettings: patience }
  app = await startApplication({ instances: [['api']], config }, warm)
  const client = await shopkeeper(app)
  keeper = Object.assign(client, { userId: (await client.get('/v1/me')).body.id })
  // Breakers and retries would keep most requests from meeting the error.
  subject = await app.startInstance('subject', ['api'], {
    defencesOff: ['circuit-breaker'],
    defenceSettings: {
      ...patience,
      'retry-budget': { attempts: 1 },
      'transaction-retry': { attempts: 2 },
    },
  })
  routes = await routesOf(app, folder.path)
  requests = await Promise.all(routes.map(prepared))
}, 60_000)
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

/** A right request where it changes something; else one that finds nothing. */
async function prepared({ method, path }: Route): Promise<readonly [string, Asked]> {
  const name = `${method} ${path}`
  const prepare = writingRequests[name]
  const reading = { path: path.replace(/:\w+/, randomUUID()) }
  return [name, prepare ? await prepare({ app, keeper }) : reading]
}

/** What every route answers while its instance is told this by a dependency. */
async function askAll(instance: Instance): Promise<readonly (readonly [string, Answer])[]> {
  const ask = async ([route, { client = keeper, path, body, headers }]: readonly [
    string,
    Asked,
  ]) => {
    const method = route.split(' ')[0] ?? 'GET'
    const options = headers ? { headers } : {}
    return [route, await at(instance, client).send(method, path, body, options)] as const
  }
  const answers: (readonly [string, Answer])[] = []
  // Some at a time: what is tried is not the pool.
  for (let i = 0; i < requests.length; i += 10) {
    answers.push(...(await Promise.all(requests.slice(i, i + 10).map(ask))))
  }
  return answers
}

/** The tus protocol, GraphQL and Prometheus have answers of their own. */
const isOther = (route: string) => /\/v1\/uploads|graphql|metrics/.test(route)

function isHonest([route, { status, headers, body }]: readonly [string, Answer]): boolean {
  if (status < 500 || isOther(route)) return status < 500 || status === 503
  if (route === 'GET /health/ready') return true
  return status === 503 && headers.has('retry-after') && body.outcome !== undefined
}

/** What only a database or its driver would say. */
const words =
  /deadlock detected|could not serialize|lock not available|read-only transaction|no space|disk full|cancel(l)?ing statement|terminating connection|duplicate key|aborted|READONLY|OOM|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|MISCONF|NOAUTH|ECONN|Connection terminated|relation "/i

async function dishonest(instance: Instance, faults: readonly object[], provider: string) {
  const link = `${instance.name}>${provider}`
  // Also when a request fails: a fault that is left makes every test after it fail.
  await using posted = new AsyncDisposableStack()
  for (const fault of faults) posted.use(await faultOn(app, link, fault))
  const answers = await askAll(instance)
  await posted.disposeAsync()
  const refusals = answers.filter(([, { status }]) => status === 503).length
  const wrong = answers.filter(
    answer => !isHonest(answer) || (answer[1].status >= 400 && words.test(answer[1].text)),
  )
  return { refusals, wrong: wrong.map(([route, { status, text }]) => `${route} ${status} ${text}`) }
}

const sqlError = (code: string, match: object = { text: '*' }) => ({
  name: code,
  type: 'postgres_error',
  attributes: { match, code },
})
const redisError = (error: string) => ({
  type: 'redis_error',
  attributes: { match: { command: '*' }, error },
})

/**
 * Every error on every route is some thousand requests: all of it every night. The sample has one of
 * each kind that a route could tell apart; `failure.test.ts` sorts all of them into the kinds.
 */
const errors = {
  /** A victim, the server's state, an end of the connection, and the work's own fault. */
  postgres: atNight(
    ['40001', '40P01', '55P03', '25006', '53100', '57014', '57P01', '57P02', '23505'],
    ['40001', '25006', '57P01', '23505'],
  ),
  postgresSessions: atNight(['53300', '57P03', '28P01'], ['53300']),
  redis: atNight(
    [
      ...['READONLY', 'OOM', 'NOAUTH', 'BUSY', 'CLUSTERDOWN', 'MASTERDOWN', 'TRYAGAIN'],
      ...['NOREPLICAS', 'MISCONF', 'ERR'],
    ],
    ['READONLY', 'NOAUTH', 'ERR'],
  ),
}

describe('PLT-04 every route', () => {
  test.each(errors.postgres)(
    'answers honestly while Postgres answers %s',
    async code => {
      const { wrong, refusals } = await dishonest(subject, [sqlError(code)], 'postgres')
      expect(wrong).toEqual([])
      // A constraint is the request's own fault.
      expect(refusals).toBeGreaterThan(code === '23505' ? -1 : 30)
    },
    60_000,
  )

  test.each(errors.postgresSessions)(
    'answers honestly while Postgres refuses new sessions with %s',
    async code => {
      const refused = sqlError(code, { statement: 'STARTUP' })
      const ended = sqlError('57P01')
      const { wrong, refusals } = await dishonest(subject, [refused, ended], 'postgres')
      expect(wrong).toEqual([])
      expect(refusals).toBeGreaterThan(30)
    },
    60_000,
  )

  test.each(errors.redis)(
    'answers honestly while Redis answers %s',
    async error => {
      const { wrong, refusals } = await dishonest(subject, [redisError(error)], 'redis')
      expect(wrong).toEqual([])
      expect(refusals).toBeGreaterThan(4)
    },
    60_000,
  )

  control(
    'error-classes',
    'some are a 500',
    async ({ defencesOff }) => {
      const name = 'careless'
      const careless = await app.startInstance(name, ['api'], {
        defencesOff: [...defencesOff, 'circuit-breaker'],
      })
      const { wrong } = await dishonest(careless, [sqlError('25006')], 'postgres')
      expect(wrong.filter(each => each.includes(' 500 ')).length).toBeGreaterThan(10)
    },
    60_000,
  )
})
