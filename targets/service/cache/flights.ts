import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { currentContext, inTrace } from '../context.ts'
import type { Defences } from '../defences.ts'
import { createBudget } from '../redis/budget.ts'

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
  const flights = new Map<string, Promise<unknown>>()
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
    // Others wait for it too: the deadline of whoever came first does not end it.
    const { requestId } = currentContext()
    const loaded = found ? found.value : await inTrace(requestId, load)
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
