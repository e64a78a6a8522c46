import type { GuardedProcess } from '../../lab/model/guardian.ts'
import type { ImageName } from './images.ts'

/** A server to be started as a container of the run. */
export interface ContainerPlan {
  /** Unique within the run; also its name in the containers' network. */
  readonly name: string
  readonly image: ImageName
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** `999:999`; default the image's own. */
  readonly user?: string
  /** Text by path, for everybody to read. */
  readonly files?: Readonly<Record<string, string>>
  /** The same within and on this machine's loopback, so that they outlive a restart. */
  readonly ports: readonly number[]
  /** stdout and stderr go here, appended. */
  readonly logFile: string
  /** Sent by `stop()`; default the image's own. */
  readonly stopSignal?: NodeJS.Signals
  readonly stopWithinMs?: number
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** The containers of one run, in a network of their own. Disposing it removes all that the run has there. */
export interface Containers extends AsyncDisposable {
  readonly engine: string
  /** From now on this loopback port leads to the container of that name. */
  claim(port: number, name: string): void
  /** How other containers reach what this machine reaches by the address. @throws for one of no container. */
  within(address: Address): Address
  /** @throws {LabError} `container-not-started` with the engine's reason, and what to do. */
  start(plan: ContainerPlan): Promise<GuardedProcess>
}
