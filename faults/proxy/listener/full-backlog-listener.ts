import { execFile } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Address, formatAddress } from '../base/address.ts'
import { ApiError } from '../base/api-error.ts'

/** A connect that takes longer than this on loopback found the queue full. */
const FULL_AFTER_MS = 150
const MOST_FILLERS = 64
const PATIENCE_MS = 2_000

export interface FullBacklogListener extends AsyncDisposable {
  /** SYN packets dropped since the queue was full; undefined where nobody can tell. */
  unanswered(): Promise<number | undefined>
}

/**
 * Listens on an address and never accepts. The kernel completes a few connects by itself until the
 * queue of the unaccepted is full; those are ours. From then on Linux drops each SYN (so does, by its
 * sources, macOS), and a client's connect gets no answer at all, until this listener is gone.
 *
 * Node always accepts when its loop turns, so the listener lives in a thread whose loop stands still.
 * @throws {ApiError} 501 where the system answers connects to a full queue (Windows: with RST).
 */
export async function fullBacklogListener(address: Address): Promise<FullBacklogListener> {
  const end = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./full-backlog-thread.ts', import.meta.url), {
    workerData: { address, end },
  })
  const fillers: Socket[] = []
  const dispose = async () => {
    const gone = new Promise(resolve => worker.once('exit', resolve))
    Atomics.store(end, 0, 1)
    Atomics.notify(end, 0)
    for (const socket of fillers) socket.destroy()
    await gone
  }
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (error: unknown) => {
      if (error === undefined) resolve()
      else reject(new ApiError(500, `listen tcp ${formatAddress(address)}: ${error}`))
    })
    worker.once('error', reject)
  })
  try {
    await fill(address, fillers)
  } catch (error) {
    await dispose()
    throw error
  }
  const atFirst = await droppedBy(address)
  return {
    unanswered: async () => {
      const now = await droppedBy(address)
      return now === undefined || atFirst === undefined ? undefined : now - atFirst
    },
    [Symbol.asyncDispose]: dispose,
  }
}

async function fill(address: Address, fillers: Socket[]): Promise<void> {
  while (fillers.length < MOST_FILLERS) {
    const socket = connect(address)
    fillers.push(socket)
    const outcome = await outcomeOf(socket)
    if (outcome === 'silence') {
      socket.destroy()
      return
    }
    if (outcome === 'refused') break
  }
  throw new ApiError(
    501,
    'connect_timeout: this system answers a connect although the queue is full; use refuse',
  )
}

function outcomeOf(socket: Socket): Promise<'accepted' | 'refused' | 'silence'> {
  return new Promise(resolve => {
    socket.once('connect', () => resolve('accepted'))
    socket.on('error', () => resolve('refused'))
    setTimeout(async () => {
      // A busy loop may have an answer waiting that it has not looked at yet.
      await setImmediate()
      resolve('silence')
    }, FULL_AFTER_MS)
  })
}

/** Linux counts what each listener drops, and `ss` of iproute2 tells; elsewhere undefined. */
async function droppedBy(address: Address): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  const filter = ['-H', '-l', '-t', '-n', '-m', 'src', formatAddress(address)]
  try {
    const { stdout } = await promisify(execFile)('ss', filter, { timeout: PATIENCE_MS })
    const drops = /skmem:\([^)]*\bd(\d+)\)/.exec(stdout)?.[1]
    return drops === undefined ? undefined : Number(drops)
  } catch {
    // Not there, or not for us: then nobody can tell.
    return undefined
  }
}
