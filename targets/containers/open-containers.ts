import type { WaitStrategy } from 'testcontainers'
import { LabError, messageOf } from '../../lab/base/errors.ts'
import { type Engine, findEngine } from '../../lab/containers/engine.ts'
import { explainFailure } from '../../lab/containers/explain-failure.ts'
import type { GuardedProcess } from '../../lab/model/guardian.ts'
import type { Context } from '../../lab/model/target.ts'
import { ContainerProcess, type DockerClient } from './container-process.ts'
import type { Address, ContainerPlan, Containers } from './containers.ts'
import { imageOf } from './images.ts'
import { labelsOf } from './labels.ts'

type RunContext = Pick<Context, 'runId' | 'ledger' | 'recorder' | 'progress'>

/**
 * Makes the run's network, and promises its removal before: whatever carries the run's label goes at the
 * end of the run, by the guardian if need be. @throws {LabError} where there is no engine (5).
 */
export async function openContainers(context: RunContext): Promise<Containers> {
  const engine = await findEngine()
  const library = await loadLibrary()
  const { dockerode } = (await library.getContainerRuntimeClient()).container
  const { runId, ledger } = context
  const label = `containers of ${runId}`
  const module = new URL('./remove-run.ts', import.meta.url).href
  const debt = await ledger.owe(label, { module, args: { address: { ...engine.address }, runId } })
  const network = `lab-${runId}`
  await dockerode.createNetwork({ Name: network, Labels: labelsOf(runId), CheckDuplicate: true })
  const names = new Map<number, string>()
  return {
    engine: `${engine.name} ${engine.version}, ${engine.platform}`,
    claim: (port, name) => {
      names.set(port, name)
    },
    within: ({ port }): Address => {
      const host = names.get(port)
      if (host === undefined) throw new Error(`No container of this run listens on port ${port}.`)
      return { host, port }
    },
    start: plan => {
      for (const port of plan.ports) names.set(port, plan.name)
      return startContainer({ context, engine, dockerode, library, network }, plan)
    },
    [Symbol.asyncDispose]: () => ledger.settle(debt),
  }
}

type Library = Awaited<ReturnType<typeof loadLibrary>>

interface Desk {
  readonly context: RunContext
  readonly engine: Engine
  readonly dockerode: DockerClient
  readonly library: Library
  readonly network: string
}

/** Loaded only here, since most who use the lab have no need of it. */
async function loadLibrary() {
  // Its helper removes leftovers: the ledger and the guardian do, without one more image.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  // Else it may take this machine for a container, and give out the address of a bridge.
  process.env.TESTCONTAINERS_HOST_OVERRIDE = '127.0.0.1'
  try {
    return await import('testcontainers')
  } catch (cause) {
    throw new LabError(
      {
        code: 'no-testcontainers',
        expected: 'the package testcontainers',
        found: messageOf(cause),
        why: 'containers are started by it',
        next: 'pnpm add -D testcontainers@12',
        cause,
      },
      'unable',
    )
  }
}

async function startContainer(
  { context, engine, dockerode, library, network }: Desk,
  plan: ContainerPlan,
): Promise<GuardedProcess> {
  const image = imageOf(plan.image)
  const container = loopbackContainer(library, image, network, plan)
    .withLabels({ ...labelsOf(context.runId) })
    .withExposedPorts(...plan.ports.map(port => ({ container: port, host: port })))
    .withEnvironment({ ...plan.environment })
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges:true')
    .withWaitStrategy(nothingToWaitFor)
    .withCopyContentToContainer(
      Object.entries(plan.files ?? {}).map(([target, content]) => ({
        target,
        content,
        mode: 0o444,
      })),
    )
  if (plan.entrypoint) container.withEntrypoint([...plan.entrypoint])
  if (plan.command) container.withCommand([...plan.command])
  if (plan.user !== undefined) container.withUser(plan.user)
  try {
    const started = await container.start()
    const handle = dockerode.getContainer(started.getId())
    const process = new ContainerProcess(handle, engine.address, plan, context.recorder)
    await process.begun()
    return process
  } catch (cause) {
    throw notStarted(plan.name, image, cause)
  }
}

/** Whoever starts it knows better when it answers. */
const nothingToWaitFor: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => nothingToWaitFor,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 60_000,
}

/**
 * The library publishes ports on every address of the machine, and joins a network only after it has made
 * the container in another; it has options for neither.
 */
function loopbackContainer(library: Library, image: string, network: string, plan: ContainerPlan) {
  class LoopbackContainer extends library.GenericContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      for (const bindings of Object.values(this.hostConfig.PortBindings ?? {})) {
        for (const binding of Array.isArray(bindings) ? bindings : []) binding.HostIp = '127.0.0.1'
      }
      this.createOpts.NetworkingConfig = {
        EndpointsConfig: { [network]: { Aliases: [plan.name] } },
      }
      if (plan.stopSignal) this.createOpts.StopSignal = plan.stopSignal
    }
  }
  return new LoopbackContainer(image).withNetworkMode(network)
}

function notStarted(name: string, image: string, cause: unknown): LabError {
  const words = messageOf(cause)
  const { found, next } = explainFailure(words) ?? {
    found: words,
    next: `try it by hand: docker run --rm ${image}`,
  }
  return new LabError({
    code: 'container-not-started',
    expected: `to start ${name} from the image ${image}`,
    found,
    why: 'the system under test needs it',
    next,
    cause,
  })
}
