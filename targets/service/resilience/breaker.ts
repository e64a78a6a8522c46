import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'
import type { Logger } from 'pino'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { Problem, unavailable } from '../problem.ts'

/** Guards the calls to one dependency. */
export interface Breaker {
  /** Runs the work, or refuses at once with `circuit-open` while the dependency is left alone. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Refuses like `run`, without working: to be asked before doing anything else. */
  refuseIfOpen(): void
  /** The dependency is left alone now, even by those who had begun before. */
  readonly isOpen: boolean
}

const buckets = 10
const rotations = new Map<number, EventEmitter>()

const absent: Breaker = { run: work => work(), refuseIfOpen: () => {}, isOpen: false }

export function createBreaker(
  name: string,
  defences: Defences,
  metrics: Metrics,
  log: Pick<Logger, 'warn'>,
): Breaker {
  if (!defences.on('circuit-breaker')) return absent

  const { resetMs, fairMs } = defences.settings('circuit-breaker')
  const circuit = createCircuit(name, defences)
  observe(circuit, name, metrics, log)
  let isProbing = false

  const refuseIfOpen = () => {
    if (circuit.closed || (circuit.halfOpen && !isProbing)) return
    throw unavailable('circuit-open', `${name} is failing and left alone for a moment.`, {
      retryAfterSeconds: Math.ceil(resetMs / 1_000),
    })
  }
  const judge = createJudge(defences.on('hasty-callers') ? fairMs : 0)
  /** The work runs outside of the circuit, since there every end is a success or a failure. */
  const record = (end: End) => {
    if (end === 'neither') return
    const told = async () => {
      if (end === 'failure') throw new Error(end)
    }
    circuit.fire(told).catch(() => {}) // it only counts
  }
  return {
    refuseIfOpen,
    get isOpen() {
      return circuit.opened
    },
    run: async work => {
      refuseIfOpen()
      const isProbe = circuit.halfOpen
      isProbing ||= isProbe
      const beganAt = performance.now()
      const leftMs = currentContext().deadline.remainingMs()
      try {
        const result = await work()
        record('success')
        return result
      } catch (error) {
        // By what it was given, however late a busy process comes to end it.
        record(judge(error, Math.min(leftMs, performance.now() - beganAt)))
        throw error
      } finally {
        if (isProbe) isProbing = false
      }
    },
  }
}

/** What the end of a call says about the dependency. */
type End = 'success' | 'failure' | 'neither'

/**
 * A call that its caller ended, by its deadline or by hanging up, says nothing of the dependency,
 * unless that had a fair time to answer. Whatever it ends with: also the problem that the caller would
 * be told, which is no answer of the dependency.
 */
function createJudge(fairMs: number): (error: unknown, hadMs: number) => End {
  return (error, hadMs) => {
    const isEnded = currentContext().deadline.signal?.aborted === true
    if (isEnded) return hadMs < fairMs ? 'neither' : 'failure'
    // Problems below 500 are answers.
    return error instanceof Problem && error.details.status < 500 ? 'success' : 'failure'
  }
}

type Circuit = CircuitBreaker<[() => Promise<void>], void>

function createCircuit(name: string, defences: Defences): Circuit {
  const { errorPercentage, volume, windowMs, resetMs } = defences.settings('circuit-breaker')
  return new CircuitBreaker<[() => Promise<void>], void>(end => end(), {
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
  })
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

function observe(circuit: Circuit, name: string, m: Metrics, log: Pick<Logger, 'warn'>) {
  const state = m.gauge('circuit_breaker_state')
  const changes = m.counter('circuit_breaker_transitions_total')
  state.set({ name }, 0)
  for (const to of ['open', 'half-open', 'closed']) changes.inc({ name, to }, 0)
  const moved = (to: string, value: number) => () => {
    state.set({ name }, value)
    changes.inc({ name, to })
    log.warn({ event: 'breaker', name, state: to }, `the breaker of ${name} is ${to}`)
  }
  circuit.on('open', moved('open', 2))
  circuit.on('halfOpen', moved('half-open', 1))
  circuit.on('close', moved('closed', 0))
}
