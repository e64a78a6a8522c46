import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Link, Linked } from '../../lab/model/capability.ts'
import type { ContractBench } from './contract.ts'
import { type FaultBench, faultBench } from './fault-bench.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** A server for all trials, and what its clients do. */
export interface Served<Part> {
  readonly server: Address
  readonly part: (behind: Linked) => Part
  /** What is said first on a connection that stays open, to be sure that the server has it. */
  readonly greeting?: string
  /**
   * By way of a link. `held` are the trial's open connections. What does not come within the
   * patience is `silent`.
   */
  use(at: Address, held: readonly Socket[]): Promise<string>
}

/** A new link to the same server for each trial, through the embedded proxy. */
export async function linkTrials<Part>(
  protocol: Link['protocol'],
  serve: (bench: FaultBench, owned: AsyncDisposableStack) => Promise<Served<Part>>,
): Promise<ContractBench<Part>> {
  await using starting = new AsyncDisposableStack()
  const bench = starting.use(await faultBench())
  const { server, part, use, greeting } = await serve(bench, starting)
  const owned = starting.move()
  return {
    context: bench.context,
    trial: async () => {
      const { system, at } = await bench.system(protocol, server)
      const held: Socket[] = []
      return {
        part: part(system.part),
        use: () => use(at, held),
        hold: async () => {
          const socket = await open(at, greeting)
          held.push(socket)
          owned.defer(() => void socket.destroy())
        },
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function open({ host, port }: Address, greeting?: string): Promise<Socket> {
  const socket = connect({ host, port }).on('error', () => {})
  await once(socket, 'connect')
  if (greeting !== undefined) {
    socket.write(greeting)
    await once(socket, 'data')
  }
  return socket.resume()
}

/** How long an answer may take that is to come. What is slowed by a fault takes far longer. */
export const patienceMs = 500

/** What comes of it in time, or `silent`; what it rejects with is its message. */
export async function inPatience(using: Promise<string>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve('silent'), patienceMs)
  using.then(resolve, error => resolve(`${error}`))
  return await promise.finally(() => clearTimeout(timer))
}

/** For faults that ask for nothing but the links. */
export const linksAlone = (behind: Linked): Linked => behind

/** What those notice whose connections were open. */
export async function stillOpen(_: Address, held: readonly Socket[]): Promise<string> {
  return held.some(({ readyState }) => readyState !== 'open') ? 'ended' : 'well'
}
