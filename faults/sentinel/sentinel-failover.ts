import { z } from 'zod'
import type { Clock } from '../../lab/base/clock.ts'
import { LabError } from '../../lab/base/errors.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { type RedisServer, usersOf, withRedis } from '../redis-server/redis-server.ts'

/** A primary that Sentinels watch. */
export interface WatchedPrimary {
  /** As Sentinels and clients call it. */
  readonly masterName: string
  readonly sentinels: readonly RedisServer[]
}

const withinMs = 20_000
const pollMs = 20

const address = z
  .tuple([z.string(), z.coerce.number<string>()])
  .transform(([host, port]) => ({ host, port }))

/**
 * SENTINEL FAILOVER: another node becomes primary though the first is well, as at maintenance. The
 * former primary ends its clients' connections and follows. Momentary: over when the Sentinel that was
 * asked names another primary. Lands on the client connections that the former primary had.
 */
export function sentinelFailover<System extends LabSystem>(
  select: Selector<System, WatchedPrimary>,
): Fault<System> {
  const label = `sentinelFailover(${select.label ?? 'redis'})`
  return {
    name: 'sentinelFailover',
    label,
    needs: [],
    kind: 'momentary',
    plan: async (system, { clock }) => {
      const { masterName, sentinels } = await select(system)
      const [sentinel] = sentinels
      if (!sentinel) throw new RangeError(`${label}: expected a Sentinel, found none.`)
      return {
        undo: undefined,
        touches: [masterName],
        apply: async () => {
          const former = await primaryOf(sentinel, masterName)
          const clients = await withRedis(former, admin => usersOf(admin, 'normal'))
          await begin(clock, sentinel, masterName)
          await another(
            clock,
            async () => (await primaryOf(sentinel, masterName)).port,
            former.port,
          )
          return { landed: () => clients.length }
        },
      }
    },
  }
}

export const form = 'it needs Sentinels, which no layout of a game day has yet'

export const examples: Examples<WatchedPrimary> = part => [sentinelFailover(part)]

/** Refused while the failover before is not over, and until a replica is known to be well after it. */
const notYet = /^(INPROG|NOGOODSLAVE)/

async function begin(clock: Clock, sentinel: RedisServer, masterName: string): Promise<void> {
  const deadline = clock.nowMs() + withinMs
  const ask = () =>
    withRedis(sentinel, admin => admin.call('SENTINEL', 'FAILOVER', masterName)).then(
      () => undefined,
      (error: unknown) => error,
    )
  for (;;) {
    const refusal = await ask()
    if (refusal === undefined) return
    const waits = refusal instanceof Error && notYet.test(refusal.message)
    if (!waits || clock.nowMs() > deadline) throw refusal
    await clock.sleep(pollMs)
  }
}

async function primaryOf(sentinel: RedisServer, masterName: string) {
  return address.parse(
    await withRedis(sentinel, admin =>
      admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName),
    ),
  )
}

async function another(
  clock: Clock,
  ask: () => Promise<number>,
  formerPort: number,
): Promise<void> {
  const deadline = clock.nowMs() + withinMs
  while ((await ask()) === formerPort) {
    if (clock.nowMs() > deadline) {
      throw new LabError({
        code: 'no-failover',
        expected: `Sentinel to name another primary within ${withinMs} ms`,
        found: 'the same',
        why: 'a failover that did not happen hurt nobody',
        next: 'see the logs of the Sentinels and of the replica that was to be promoted',
      })
    }
    await clock.sleep(pollMs)
  }
}
