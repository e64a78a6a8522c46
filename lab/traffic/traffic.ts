import { AsyncDisposableStack } from '../base/async-disposable-stack.ts'
import type { LabSystem } from '../model/target.ts'
import type { Workload, WorkloadClients } from '../model/workload.ts'
import { generate } from './generate.ts'
import type { TrafficContext } from './operations.ts'

/** Traffic in flow. `stop` starts no more operations and waits for those under way. */
export interface Traffic extends AsyncDisposable {
  /** Rejects when the lab itself fails (a workload throws); never resolves before `stop`. */
  readonly failed: Promise<never>
  /** @throws what a workload threw, also while traffic is stopped. */
  stop(): Promise<void>
}

/** Opens the clients of every workload and makes their traffic until stopped. */
export async function startTraffic<System extends LabSystem>(
  workloads: readonly Workload<System>[],
  open: (workload: Workload<System>) => Promise<WorkloadClients>,
  context: TrafficContext,
): Promise<Traffic> {
  const stopping = new AbortController()
  await using opened = new AsyncDisposableStack()
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const ready: (() => Promise<void>)[] = []
  for (const workload of workloads) {
    const clients = opened.use(await open(workload))
    ready.push(() => generate(workload, clients, context, stopping.signal))
  }
  const generators = ready.map(start => start())
  for (const generator of generators) generator.catch(fail)
  const stop = async () => {
    stopping.abort()
    await Promise.all(generators)
  }
  const clientsToClose = opened.move()
  return {
    failed,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop().catch(() => {})
      await clientsToClose.disposeAsync()
    },
  }
}
