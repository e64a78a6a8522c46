import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Link } from '../../lab/model/capability.ts'
import type { GuardedProcess } from '../../lab/model/guardian.ts'
import type { Context } from '../../lab/model/target.ts'
import { containedInstance } from '../containers/contained-instance.ts'
import type { AttachedSystem } from '../external/attached-system.ts'
import { type LinkedPart, withLinks } from '../linked.ts'
import { type Address, listenAddress, type Proxies } from '../proxy.ts'
import { readyFile } from '../ready-file.ts'
import { programFile } from '../runtime/build/program.ts'
import { reservePort } from '../runtime/reserve-port.ts'
import type { ServerContext } from '../runtime/server-part.ts'
import { throughLinks } from './through-links.ts'

export const roles = ['api', 'realtime', 'worker'] as const
export type Role = (typeof roles)[number]

const ready = z.object({ urls: z.partialRecord(z.enum(roles), z.url()) })
const fixedPorts = z.object({ ports: z.partialRecord(z.enum(roles), z.int()).default({}) })

/** How a process is started otherwise than all others. */
export interface Launch {
  /** Before the program's own. */
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/**
 * One process of the service, which reaches every server and is reached by links of its own. Killed
 * and started again it listens where it did, so that these links still lead to it.
 */
export interface ServiceInstance extends LinkedPart {
  readonly process: GuardedProcess
  readonly logFile: string
  /** Of the link to it. Throws for a role that this instance does not have. */
  url(role: Role): string
  /** Its own, past any link. Throws like `url`. */
  ownUrl(role: Role): string
}

export interface InstancePlan {
  readonly name: string
  readonly roles: readonly Role[]
  /**
   * Where servers are themselves; the instance is told where its links to them are. `ports` says
   * where a role listens; default: a free port that stays its own.
   */
  readonly config: Readonly<Record<string, unknown>>
  readonly launch?: Launch
}

/** What its balancer, requests in flight and closing may take together, on a busy machine. */
const stopWithinMs = 15_000

type InstanceContext = Pick<
  Context,
  'scratchFolder' | 'runFolder' | 'clock' | 'guardian' | 'signal'
> &
  Pick<ServerContext, 'containers' | 'attached'>

/** @throws {LabError} `process-not-ready` when it ends, or does not say in time where it listens. */
export async function startInstance(
  context: InstanceContext,
  proxies: Proxies,
  { name, roles, config, launch: { nodeArgs = [], env = {} } = {} }: InstancePlan,
): Promise<ServiceInstance> {
  if (context.attached) return standing(context.attached, proxies, name, roles)
  const file = join(context.scratchFolder, `${name}.ready.json`)
  const configFile = join(context.scratchFolder, `${name}.config.json`)
  const logFile = join(context.runFolder, `${name}.log`)
  const linked = await throughLinks(proxies, name, config)
  const ports = { ...(await freePorts(roles)), ...fixedPorts.parse(config).ports }
  const all = { ...linked, instance: name, roles, ports, readyFile: file }
  const here = async () => {
    await writeFile(configFile, JSON.stringify(all), { mode: 0o600 })
    const process = await context.guardian.spawn({
      name,
      command: globalThis.process.execPath,
      args: [...nodeArgs, await programFile('service')],
      env: { ...env, SERVICE_CONFIG: configFile },
      logFile,
      stopWithinMs,
    })
    return { process, ...(await readyFile(context, process, file, ready)) }
  }
  const contained = { name, nodeArgs, env, ports, config: all, logFile, stopWithinMs }
  const { process, urls } = context.containers
    ? await containedInstance(context, context.containers, contained)
    : await here()
  const links = new Map(
    await Promise.all(Object.entries(urls).map(([role, url]) => linkTo(proxies, name, role, url))),
  )
  return reached({ name, process, logFile, links, urls })
}

/** The same of one that runs already; `urls` of its description has its own by their roles. */
async function standing(
  attached: AttachedSystem,
  proxies: Proxies,
  name: string,
  roles: readonly Role[],
): Promise<ServiceInstance> {
  const process = await attached.process(name)
  const path = (role: Role) => ({ consumer: 'client', provider: `${name}.${role}` }) as const
  const links = new Map<string, Link>()
  for (const role of roles.filter(one => proxies.has?.(path(one)))) {
    const upstream = { host: name, port: 0 }
    links.set(role, await proxies.link({ ...path(role), protocol: 'tcp', upstream }))
  }
  const logFile = attached.logFileOf(name)
  return reached({ name, process, logFile, links, urls: attached.part(name).urls ?? {} })
}

interface Found {
  readonly name: string
  readonly process: GuardedProcess
  readonly logFile: string
  readonly links: ReadonlyMap<string, Link>
  readonly urls: Readonly<Record<string, string>>
}

function reached({ name, process, logFile, links, urls }: Found): ServiceInstance {
  const of = <T>(found: T | undefined, role: Role): T => {
    if (found === undefined) throw new Error(`${name} was started without the role ${role}.`)
    return found
  }
  return Object.assign(withLinks(process, [...links.values()]), {
    process,
    logFile,
    url: (role: Role) => urlOf(listenAddress(of(links.get(role), role))),
    ownUrl: (role: Role) => of(urls[role], role),
  })
}

async function freePorts(roles: readonly Role[]): Promise<Readonly<Partial<Record<Role, number>>>> {
  const reserved = await Promise.all(roles.map(async role => [role, await reservePort()] as const))
  await Promise.all(reserved.map(([, port]) => port.release()))
  return Object.fromEntries(reserved.map(([role, { port }]) => [role, port]))
}

async function linkTo(
  proxies: Proxies,
  name: string,
  role: string,
  url: string,
): Promise<[string, Link]> {
  const { hostname: host, port } = new URL(url)
  const path = { consumer: 'client', provider: `${name}.${role}`, protocol: 'tcp' } as const
  return [role, await proxies.link({ ...path, upstream: { host, port: Number(port) } })]
}

function urlOf({ host, port }: Address): string {
  return `http://${host}:${port}`
}
