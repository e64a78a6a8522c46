import type { Duration } from '../../lab/base/duration.ts'
import type { Link, Linked } from '../../lab/model/capability.ts'
import { checkedService } from './checked-service.ts'
import type { LogFormat } from './log-format.ts'
import type { Reach } from './reach.ts'
import type { Ready } from './ready.ts'
import type { SupervisedPart } from './supervised-part.ts'

/** What `env` is given: the part of each name by way of links of this instance's own. */
export type Given<Names extends string> = Readonly<Record<Names, Reach>> & OwnPlace

interface OwnPlace {
  /** Where this instance is to listen, on 127.0.0.1 or all interfaces. */
  readonly port: number
  /** `api-1`, `api-2`, … */
  readonly instance: string
}

export interface ServiceOptions<Names extends string> {
  /** As in a shell: `node server.js`, `npx tsx src/main.ts`, `python3 app.py`. */
  readonly command: string
  /** Processes, named `NAME-1`, `NAME-2`, …; default 1. */
  readonly instances?: number
  /** When a started process does its work; default `tcp()`: it accepts connections. */
  readonly ready?: Ready
  /**
   * Its environment, besides that of the lab; default PORT alone. Called more than once, so it only
   * computes. What it does not read of `given` gets no link.
   */
  readonly env?: (given: Given<Names>) => Readonly<Record<string, string | number>>
  /** Defences that can be switched off: what the environment is then. */
  readonly switches?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Where the command begins; default the system's. */
  readonly cwd?: string
  /** Where it listens, if it cannot be told (one instance only); default any free port. */
  readonly port?: number
  /** What its clients speak; default `http`, also for web sockets. `none`: nobody connects to it. */
  readonly speaks?: Link['protocol'] | 'none'
  /** How its log tells checks what happened; default `auto`. */
  readonly logs?: LogFormat
  /**
   * A process that ends by itself is started again after a second, as an orchestrator would; default
   * true. That it ended stays known: `noCrashes` finds it, and without that check no run is held.
   */
  readonly restarts?: boolean
  /** How long SIGTERM may take before it is killed; default '10s'. */
  readonly stopWithin?: Duration
}

/** A service as written in a system: some processes of one's own. */
export interface ServicePlan<Names extends string = string> {
  readonly kind: 'service'
  readonly options: ServiceOptions<Names>
}

/** One process of a service, with the links by which others reach it. */
export type InstancePart = SupervisedPart & Linked

/**
 * One's own service. `service<'postgres' | 'redis'>({ … })` names the parts that `env` may ask for, and
 * the compiler holds the system to them; without names each is looked for when the system starts.
 * @throws {LabError} `wrong-service` for an option that is none.
 */
export function service<Names extends string = string>(
  options: ServiceOptions<Names>,
): ServicePlan<Names> {
  return { kind: 'service', options: checkedService(options) }
}
