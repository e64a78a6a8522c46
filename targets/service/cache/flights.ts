import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { currentContext, runInContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { createBudget } from '../redis/budget.ts'
import { deadlineIn, noDeadline } from '../resilience/deadline.ts'

type Load<Value> = () => Promise<Value>
/** What somebody else has put there meanwhile. */
type Peek<Value> = () => Promise<{ readonly value: Value } | undefined>

/** Loads a value, or waits for who is loading it already. */
type Share = <Value>(flight: string, peek: Peek<Value>, load: Load<Value>) => Promise<Value>

export const alone: Share = (_flight, _peek, load) => load()

/** One load per flight at a time: on this instance by sharing it, among instances by a short lock. */
export function createFlights(redis: Redis, defences: Defences): Share {
  const { lockMs, pollMs } = defences.settings('stampede-guard')
  const budget = createBudget(defences)
  const { defaultMs, retryAfterSeconds } = defences.settings('request-deadline')
  const flights = new Map<string, Promise<unknown>>()
  /**
   * Others wait for a load too, so the deadline of whoever came first does not end it. It has one of its
   * own: on a connection that gives no answer it would keep all of them until the statement's time-out.
   */
  const ownContext = () => {
    const { requestId, deadline } = currentContext()
    if (!defences.on('request-deadline')) return { requestId, deadline: noDeadline }
    const ms = Math.max(defaultMs, deadline.remainingMs())
    return { requestId, deadline: deadlineIn(ms, retryAfterSeconds) }
  }
  const fly = async <Value>(flight: string, peek: Peek<Value>, load: Load<Value>) => {
    const [lock, mine] = [`${flight}:lock`, randomUUID()]
    const endsAt = performance.now() + lockMs
    while (performance.now() < endsAt) {
      const lockIt = () => redis.set(lock, mine, 'PX', lockMs, 'NX')
      const won = await budget.spend(lockIt).catch(() => 'OK')
      if (won === 'OK') break
      await pause(pollMs)
      const found = await peek()
      if (found) return found.value
    }
    // Who held the lock before may have loaded it since we looked.
    const found = await peek()
    const loaded = found ? found.value : await runInContext(ownContext(), load)
    // Only our own lock: a slow load's may have passed to somebody else.
    await budget.spend(() => redis.eval(unlock, 1, lock, mine)).catch(() => {})
    return loaded
  }
  return <Value>(flight: string, peek: Peek<Value>, load: Load<Value>) => {
    const begun = flights.get(flight) as Promise<Value> | undefined // one flight, one kind of value
    if (begun) return begun
    const flying = fly(flight, peek, load).finally(() => void flights.delete(flight))
    flights.set(flight, flying)
    return flying
  }
}

const unlock = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end`
