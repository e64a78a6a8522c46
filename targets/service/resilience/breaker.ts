import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { Problem, unavailable } from '../problem.ts'

/** Guards the calls to one dependency. */
export interface Breaker {
  /** Runs the work, or refuses at once with `circuit-open` while the dependency is left alone. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Refuses like `run`, without working: to be asked before doing anything else. */
  refuseIfOpen(): void
}

const buckets = 10
const rotations = new Map<number, EventEmitter>()

/** Problems below 500 are answers, not failures of the dependency. */
const isAnswer = (error: unknown) => error instanceof Problem && error.details.status < 500

export function createBreaker(name: string, defences: Defences, metrics: Metrics): Breaker {
  if (!defences.on('circuit-breaker')) return { run: work => work(), refuseIfOpen: () => {} }

  const { errorPercentage, volume, windowMs, resetMs } = defences.settings('circuit-breaker')
  const circuit = new CircuitBreaker<[() => Promise<void>], void>(work => work(), {
    name,
    timeout: false, // each call has its own deadline
    errorThresholdPercentage: errorPercentage,
    volumeThreshold: volume,
    rollingCountTimeout: windowMs,
    rollingCountBuckets: buckets,
    rotateBucketController: rotationOf(windowMs),
    resetTimeout: resetMs,
    // Nobody reads them, and they would sort every latency of the window five times a second.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    errorFilter: isAnswer,
  })
  observe(circuit, name, metrics)

  const refusal = (cause?: unknown) =>
    unavailable('circuit-open', `${name} is failing and left alone for a moment.`, {
      outcome: 'not-done',
      retryAfterSeconds: Math.ceil(resetMs / 1_000),
      cause,
    })
  return {
    refuseIfOpen: () => {
      if (circuit.opened) throw refusal()
    },
    run: async work => {
      const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>()
      try {
        await circuit.fire(async () => resolve(await work()))
      } catch (error) {
        throw isOpen(error) ? refusal(error) : error
      }
      return promise
    },
  }
}

/** One timer for all breakers of a process with such a window. */
function rotationOf(windowMs: number): EventEmitter {
  const known = rotations.get(windowMs)
  if (known) return known
  const made = new EventEmitter().setMaxListeners(0)
  setInterval(() => made.emit('rotate'), windowMs / buckets).unref()
  rotations.set(windowMs, made)
  return made
}

function isOpen(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EOPENBREAKER'
}

function observe(circuit: CircuitBreaker<[() => Promise<void>], void>, name: string, m: Metrics) {
  const state = m.gauge({
    name: 'circuit_breaker_state',
    help: '0 closed, 1 half-open, 2 open.',
    labelNames: ['name'],
  })
  const changes = m.counter({
    name: 'circuit_breaker_transitions_total',
    help: 'Changes of state.',
    labelNames: ['name', 'to'],
  })
  state.set({ name }, 0)
  const moved = (to: string, value: number) => () => {
    state.set({ name }, value)
    changes.inc({ name, to })
  }
  circuit.on('open', moved('open', 2))
  circuit.on('halfOpen', moved('half-open', 1))
  circuit.on('close', moved('closed', 0))
}
