import { expect, expectTypeOf, test } from 'vitest'
import { latency } from '../faults/network/latency.ts'
import { misbehave } from '../faults/peer/misbehave.ts'
import { slowWrites } from '../faults/postgres-server/slow-writes.ts'
import { kill } from '../faults/process/kill.ts'
import { flushAll } from '../faults/redis-server/flush-all.ts'
import type { Linked, Selector } from '../lab/model/capability.ts'
import { external } from '../targets/system/external.ts'
import { postgres } from '../targets/system/postgres.ts'
import { redis } from '../targets/system/redis.ts'
import type { RunningSystem } from '../targets/system/selectors.ts'
import { service } from '../targets/system/service.ts'
import { system } from '../targets/system/system.ts'
import { upstream } from '../targets/system/upstream.ts'

const api = service<'db' | 'cache'>({
  command: 'node .',
  env: ({ db, cache, port }) => ({ DB: db.url, CACHE: cache.url, PORT: port }),
  switches: { retry: { RETRY: 'off' } },
})
const target = system({
  ...{ db: postgres(), cache: redis({ sentinels: 3 }), search: external('http://localhost:9200') },
  ...{ api, pay: upstream(() => ({ status: 204 })) },
})

/** Lines that must not compile; tsc tells when one does. Nothing here is run. */
function refusedByTheCompiler() {
  // @ts-expect-error a Redis has no tables
  slowWrites(target.cache, 'orders', '1s')
  // @ts-expect-error a Postgres has no FLUSHALL
  flushAll(target.db)
  // @ts-expect-error a service is several processes: say which
  kill(target.api)
  // @ts-expect-error what runs already is not the lab's to kill
  kill(target.search)
  // @ts-expect-error an upstream is no process of its own
  kill(target.pay)
  // @ts-expect-error only an upstream can be told to misbehave
  misbehave(target.cache, { kind: 'hang' })
  // @ts-expect-error there is no such part
  latency(target.queue, '1s')
  // @ts-expect-error there is no such part
  target.links('api', 'queue')
  // @ts-expect-error its env asks for a part that is not there
  system({ db: postgres(), api })
  // @ts-expect-error a name that targets have for themselves
  system({ start: redis() })
  // @ts-expect-error a request that no upstream knows
  misbehave(target.pay, { kind: 'explode' })
}

test('faults fit the parts that have what they hurt', () => {
  expectTypeOf(target.links('api', 'db')).toExtend<Selector<RunningSystem, Linked>>()
  const fitting = [
    slowWrites(target.db, 'orders', '1s'),
    flushAll(target.cache),
    kill(target.api.instance(2)),
    latency(target.api, '1s'),
    latency(target.search, '1s'),
    latency(target.links('client', 'api'), '1s'),
    misbehave(target.pay, { kind: 'status', status: 503 }),
  ]
  expect(fitting.map(({ label }) => label)).toEqual([
    'slowWrites(db, orders, 1s)',
    'flushAll(cache)',
    'kill(api-2)',
    'latency(api, 1s)',
    'latency(search, 1s)',
    'latency(client → api, 1s)',
    'misbehave(pay, status)',
  ])
  expect(target.defences).toEqual(['retry'])
  expect(refusedByTheCompiler).toBeTypeOf('function')
})

test.each(['', 'postgres', 'file:///etc/hosts'])('%j is no server that runs already', url => {
  expect(() => external(url)).toThrow('Expected the URL of a server')
})
