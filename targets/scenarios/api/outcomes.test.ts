import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Answer, Client } from '../client.ts'
import { control } from '../control.ts'
import { faultOn } from '../link-fault.ts'
import { shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { at, eventually, sql } from '../person.ts'
import { test } from '../warm.ts'
import { newFolder } from './folder.ts'
import { type Asked, otherWriting, writingRequests } from './requests.ts'
import { everything, type Route, routesOf } from './routes.ts'

let app: Application
let subject: Instance
let keeper: Client & { readonly userId: string }
let folder: Awaited<ReturnType<typeof newFolder>>
let routes: readonly Route[]

/** Counters of the service's own, and rows that do nothing by themselves. */
const apart = ['accounts_login_failures', 'checkout_orders']
/** Connections enough for all requests at once. */
const poolSize = 60

test.beforeAll(async ({ warm }) => {
  folder = await newFolder()
  const config = { ...everything(folder.path), defenceSettings: patience }
  app = await startApplication({ instances: [['api']], config }, warm)
  subject = await app.startInstance('subject', ['api'], {
    postgres: { url: app.postgres.url, poolSize },
  })
  const client = await shopkeeper(app)
  keeper = Object.assign(client, { userId: (await client.get('/v1/me')).body.id })
  routes = await routesOf(app, folder.path)
  await recordChanges()
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

/** From now on each row that a committed transaction changed is on record, with the request's id. */
async function recordChanges(): Promise<void> {
  await sql(app, 'create table test_changes (trace text not null, name text not null)')
  await sql(
    app,
    `create function test_change() returns trigger language plpgsql as $$
     begin
       insert into test_changes values (
         coalesce(substring(current_query() from 'trace=([A-Za-z0-9_.:-]+)'), 'none'), tg_table_name);
       return null;
     end $$`,
  )
  const tables = await sql<{ name: string }>(
    app,
    `select tablename as name from pg_tables
     where schemaname = 'public' and tablename <> all ($1) and tablename !~ '^(test|kysely)_'`,
    [apart],
  )
  for (const { name } of tables) {
    await sql(
      app,
      `create trigger test_change after insert or update or delete on ${name}
       for each row execute function test_change()`,
    )
  }
}

interface Ended {
  readonly route: string
  readonly answer: Answer
  /** The tables in which something of it was committed. */
  readonly changed: readonly string[]
}

const isWriting = ({ method }: Route) => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/** Every request, prepared in calm weather and then sent under the fault; once nothing goes on. */
async function sendAll(
  name: string,
  deadlineMs: number,
  under: () => Promise<AsyncDisposable>,
  instance = subject,
): Promise<readonly Ended[]> {
  const prepared = await Promise.all(
    Object.entries(writingRequests).map(
      async ([route, prepare]) => [route, await prepare({ app, keeper })] as const,
    ),
  )
  const send = async ([route, { client = keeper, path, body, headers }]: readonly [
    string,
    Asked,
  ]) => {
    const id = `${name}-${route.replaceAll(/\W+/g, '-')}`
    const all = { 'x-request-id': id, 'x-deadline-ms': `${deadlineMs}`, ...headers }
    const method = route.split(' ')[0] ?? 'GET'
    return {
      id,
      route,
      answer: await at(instance, client).send(method, path, body, { headers: all }),
    }
  }
  const fault = await under()
  const answers = await Promise.all(prepared.map(send))
  await fault[Symbol.asyncDispose]()
  await quiet(instance)
  const changes = await sql<{ trace: string; name: string }>(
    app,
    'select distinct trace, name from test_changes',
  )
  return answers.map(({ id, route, answer }) => ({
    route,
    answer,
    changed: changes.filter(({ trace }) => trace === id).map(each => each.name),
  }))
}

/** Nothing of this instance goes on in the database any more. */
async function quiet({ name }: Instance): Promise<void> {
  const text = `
    select 1 from pg_stat_activity where application_name = $1 and state <> 'idle'`
  await eventually(
    () => sql(app, text, [name]),
    rows => rows.length === 0,
    15_000,
  )
}

const outcomeOf = ({ status, body }: Answer) => (status >= 400 ? body.outcome : 'done')
const isSaid = (outcome: string) => (each: Ended) => {
  const isProblem = each.answer.headers.get('content-type') === 'application/problem+json'
  return isProblem && outcomeOf(each.answer) === outcome
}
/** Said to be not done, and done. */
const lies = (all: readonly Ended[]) =>
  all.filter(isSaid('not-done')).filter(({ changed }) => changed.length > 0)
const shown = ({ route, answer, changed }: Ended) => `${route} ${answer.text} ${changed}`

const cutAfter = (statement: string | readonly string[], instance = subject) =>
  faultOn(app, `${instance.name}>postgres`, {
    type: 'message_cut',
    stream: 'upstream',
    attributes: { match: { statement }, when: 'after' },
  })
const commitsLate = (delayMs: number) =>
  faultOn(app, `${subject.name}>postgres`, {
    type: 'message_delay',
    stream: 'upstream',
    attributes: { match: { statement: 'COMMIT' }, delay: delayMs },
  })

/** Whoever wants to change anything waits. */
async function everythingHeld(): Promise<AsyncDisposable> {
  const client = await app.database.connect()
  const tables = await sql<{ name: string }>(
    app,
    `select tablename as name from pg_tables where schemaname = 'public' and tablename !~ '^test_'`,
  )
  await client.query(`begin; lock table ${tables.map(({ name }) => name)} in exclusive mode`)
  return {
    [Symbol.asyncDispose]: async () => {
      await client.query('rollback')
      client.release()
    },
  }
}

describe('API-01 what became of a request', () => {
  test('there is a right request for every route that changes something', () => {
    const names = routes.filter(isWriting).map(({ method, path }) => `${method} ${path}`)
    const known = [...Object.keys(writingRequests), ...otherWriting]
    expect(names.filter(name => !known.includes(name))).toEqual([])
    expect(Object.keys(writingRequests).filter(name => !names.includes(name))).toEqual([])
  })

  test('is done in calm weather, by nearly every one of them', async () => {
    const all = await sendAll('calm', 8_000, async () => ({
      [Symbol.asyncDispose]: async () => {},
    }))
    const failed = all.filter(({ answer }) => answer.status >= 400)
    // Those for which there is nobody to ask, or no session there.
    expect(failed.map(({ route }) => route).sort()).toEqual([
      'PATCH /v1/directory/me',
      'POST /v1/directory/login',
      'POST /v1/directory/notes',
      'POST /v1/directory/verify',
      'POST /v1/marketplace/orders',
      'POST /v1/oauth/start',
    ])
    expect(all.filter(({ changed }) => changed.length > 0).length).toBeGreaterThan(30)
    expect(lies(all).map(shown)).toEqual([])
  }, 60_000)

  test.each([
    ['a COMMIT', ['COMMIT'], 12],
    ['a statement', ['INSERT', 'UPDATE', 'DELETE', 'WITH'], 15],
  ])(
    'is unknown where the acknowledgement of %s is lost',
    async (name, statements, least) => {
      const all = await sendAll(name.replace(' ', '-'), 8_000, () => cutAfter(statements))
      expect(lies(all).map(shown)).toEqual([])
      expect(all.filter(({ answer }) => answer.status === 500).map(shown)).toEqual([])
      const unknown = all.filter(isSaid('unknown'))
      expect(unknown.filter(({ changed }) => changed.length > 0).length).toBeGreaterThanOrEqual(
        least,
      )
    },
    60_000,
  )

  test('is not done where the deadline passes before anything was committed', async () => {
    const all = await sendAll('held', 600, everythingHeld)
    expect(lies(all).map(shown)).toEqual([])
    const proved = all.filter(isSaid('not-done')).filter(({ answer }) => answer.status === 503)
    expect(proved.length).toBeGreaterThan(10)
    // Nobody works on for callers who have gone.
    expect(all.filter(({ changed }) => changed.length > 0).map(shown)).toEqual([])
  }, 60_000)

  test('is unknown where the deadline passes while it is committed', async () => {
    const all = await sendAll('late', 2_500, () => commitsLate(3_500))
    expect(lies(all).map(shown)).toEqual([])
    const unknown = all.filter(isSaid('unknown')).filter(({ changed }) => changed.length > 0)
    expect(unknown.length).toBeGreaterThan(4)
  }, 60_000)

  control(
    'proved-outcomes',
    'what is done is said not to be',
    async ({ defencesOff }) => {
      const name = 'careless'
      const careless = await app.startInstance(name, ['api'], {
        postgres: { url: app.postgres.url, poolSize },
        defencesOff,
      })
      const all = await sendAll(name, 8_000, () => cutAfter(['COMMIT'], careless), careless)
      expect(lies(all).length).toBeGreaterThan(0)
    },
    60_000,
  )
})
