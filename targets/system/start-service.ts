import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toMs } from '../../lab/base/duration.ts'
import { LabError } from '../../lab/base/errors.ts'
import type { Meter } from '../../lab/model/meter.ts'
import type { ServiceLog } from '../../lab/model/service-log.ts'
import type { Endpoint } from '../../lab/workloads/endpoints.ts'
import { attachedInstance } from '../external/attached-instance.ts'
import { attachedMeters } from '../external/attached-meters.ts'
import type { AttachedSystem } from '../external/attached-system.ts'
import type { Address } from '../proxy.ts'
import { type ReservedPort, reservePort } from '../runtime/reserve-port.ts'
import { commandWords } from './command-words.ts'
import { environmentText } from './environment-text.ts'
import { parseLogLine } from './log-format.ts'
import type { Setting } from './part-plan.ts'
import { type Reach, reachOf } from './reach.ts'
import { tcp } from './ready.ts'
import type { Given, InstancePart, ServicePlan } from './service.ts'
import { SupervisedPart } from './supervised-part.ts'
import { labClient } from './wires.ts'

const host = '127.0.0.1'

/** A service before it is started: where its instances will listen is known, so others can be told. */
export interface PreparedService {
  readonly plan: ServicePlan
  readonly setting: Setting
  readonly ports: readonly Place[]
  readonly direct: Reach
  reachBy(consumer: string): Promise<Reach>
}

/** Where an instance listens; the host is this machine's own unless it runs already elsewhere. */
type Place = ReservedPort & { readonly host?: string }

export interface StartedService extends AsyncDisposable {
  readonly instances: readonly InstancePart[]
  readonly endpoints: readonly Endpoint[]
  readonly logs: readonly ServiceLog[]
  readonly meters: readonly Meter[]
}

export async function prepareService(
  plan: ServicePlan,
  setting: Setting,
): Promise<PreparedService> {
  const { instances = 1, port } = plan.options
  if (!Number.isInteger(instances) || instances < 1 || (port !== undefined && instances > 1)) {
    throw wrongCount(setting.name, instances, port)
  }
  const { attached } = setting.context
  const ports: readonly Place[] = attached
    ? standing(attached, plan, setting.name, instances)
    : port === undefined
      ? await reserved(instances)
      : [fixed(port)]
  const reach = (addresses: readonly Address[]) => {
    const urls = addresses.map(at => `http://${at.host}:${at.port}`)
    return reachOf(urls[0] ?? '', { urls })
  }
  return {
    plan,
    setting,
    ports,
    direct: reach(ports.map(at => ({ host: at.host ?? host, port: at.port }))),
    reachBy: async consumer =>
      reach(await Promise.all(ports.map((at, index) => linkTo(consumer, index, at)))),
  }

  function linkTo(consumer: string, index: number, at: Place) {
    const { speaks = 'http' } = plan.options
    const protocol = speaks === 'none' ? 'tcp' : speaks
    const provider = instanceName(setting.name, index)
    const upstream = { host: at.host ?? host, port: at.port }
    return setting.wires.address({ consumer, provider, protocol, upstream })
  }
}

/** Which parts `env` reads; it is called with where they are themselves. */
export function partsRead({ plan, ports, setting }: PreparedService, give: Give<Reach>): string[] {
  const read = new Set<string>()
  const given = givenBy({ port: ports[0]?.port ?? 0, instance: setting.name }, name => {
    const found = give(name)
    read.add(name)
    return found
  })
  plan.options.env?.(given)
  return [...read]
}

/** What is known of a part by its name. @throws {LabError} where there is none. */
type Give<Found> = (name: string) => Found

/** Each property that is none of the instance's own is asked for by its name. */
function givenBy(own: { port: number; instance: string }, give: Give<Reach>): Given<string> {
  return new Proxy<Given<string>>(Object.create(null), {
    get: (_, name) => {
      if (name === 'port') return own.port
      if (name === 'instance') return own.instance
      return typeof name === 'symbol' ? undefined : give(name)
    },
    has: () => true,
  })
}

/** @throws {LabError} `server-not-ready` with the end of the log of an instance that does not come up. */
export async function startService(
  prepared: PreparedService,
  reads: readonly string[],
  reachBy: (consumer: string, provider: string) => Promise<Reach>,
): Promise<StartedService> {
  const { plan, setting, ports } = prepared
  const { attached } = setting.context
  const names = ports.map((_, index) => instanceName(setting.name, index))
  const instances = await Promise.all(
    ports.map(async (port, index) => {
      const instance = names[index] ?? setting.name
      const reached = new Map<string, Reach>()
      for (const name of reads) reached.set(name, await reachBy(instance, name))
      return startInstance(prepared, port, instance, name => reached.get(name) ?? unread(name))
    }),
  )
  const { urls } = plan.options.speaks === 'none' ? { urls: [] } : await prepared.reachBy(labClient)
  const format = plan.options.logs ?? 'auto'
  const parse = format === 'auto' ? parseLogLine : format
  return {
    instances,
    endpoints: urls.map((http, index) => ({
      ...{ name: names[index] ?? setting.name, http },
      websocket: http.replace('http:', 'ws:'),
    })),
    logs: instances.map(({ name, logFile }) => ({ instance: name, file: logFile, parse })),
    meters: attached ? instances.flatMap(({ name }) => attachedMeters(attached, name)) : [],
    [Symbol.asyncDispose]: async () => {
      await Promise.all(instances.map(one => one[Symbol.asyncDispose]()))
    },
  }
}

async function startInstance(
  { plan, setting }: PreparedService,
  { port, release }: ReservedPort,
  name: string,
  give: Give<Reach>,
): Promise<InstancePart> {
  const { context, wires } = setting
  const { attached } = context
  const {
    command: line,
    switches = {},
    ready = tcp(),
    stopWithin = '10s',
    restarts = true,
    env,
  } = plan.options
  if (attached) {
    const { options } = plan
    const described = standingName(attached, setting.name, name, options.instances)
    const part = await attachedInstance(context, attached, described, ready)
    return Object.assign(part, { links: wires.to(name) })
  }
  const off = context.defencesOff.map(defence => switches[defence] ?? {})
  const said = env?.(givenBy({ port, instance: name }, give)) ?? {}
  const told = environmentText(setting.name, said)
  const cwd = await folderOf(name, plan.options.cwd ?? setting.cwd)
  const [command, ...args] = commandWords(line)
  const logFile = join(context.runFolder, `${name}.log`)
  await release()
  const process = await context.guardian.spawn({
    name,
    command,
    args,
    cwd,
    env: Object.assign({ PORT: `${port}` }, told, ...off),
    logFile,
    stopWithinMs: toMs(stopWithin),
  })
  const at = { host, port, logFile }
  const part = new SupervisedPart(context, process, at, () => ready(at))
  await part.ready()
  if (restarts) part.supervise(context)
  return Object.assign(part, { links: wires.to(name) })
}

/** A folder that is not there is told by the system as a command that is not there. */
async function folderOf(name: string, cwd: string): Promise<string> {
  const isThere = await stat(cwd).then(
    found => found.isDirectory(),
    () => false,
  )
  if (isThere) return cwd
  throw new LabError({
    code: 'no-folder',
    expected: `a folder to start ${name} in: ${cwd}`,
    found: 'none',
    why: 'The command begins there.',
    next: 'Correct cwd; a relative one begins where the lab was started.',
  })
}

function instanceName(service: string, index: number): string {
  return `${service}-${index + 1}`
}

/** Where the instances are that run already. */
function standing(
  attached: AttachedSystem,
  { options }: ServicePlan,
  service: string,
  count: number,
): readonly Place[] {
  return Array.from({ length: count }, (_, index) => {
    const name = standingName(attached, service, instanceName(service, index), count)
    const listens = options.speaks !== 'none'
    return { ...(listens ? attached.addressOf(name) : { port: 0 }), release: async () => {} }
  })
}

/** A single instance may be described by the name of its service. */
function standingName(
  { described }: AttachedSystem,
  service: string,
  instance: string,
  count = 1,
): string {
  const isAlone = count === 1 && described.parts[instance] === undefined
  return isAlone ? service : instance
}

function reserved(count: number): Promise<readonly ReservedPort[]> {
  return Promise.all(Array.from({ length: count }, reservePort))
}

function fixed(port: number): ReservedPort {
  return { port, release: async () => {} }
}

/** It was not read when it was looked at which parts are. */
function unread(name: string): never {
  throw new LabError({
    code: 'env-changes',
    expected: 'env to read the same parts each time it is called',
    found: `${name}, which it did not read before`,
    why: 'Links are made for what it read when it was called first.',
    next: 'Let env depend on nothing but what it is given.',
  })
}

function wrongCount(name: string, instances: number, port: number | undefined): LabError {
  return new LabError({
    code: 'wrong-instances',
    expected: `${name} to have one instance or more, and one alone where its port is fixed`,
    found: `instances: ${instances}${port === undefined ? '' : `, port: ${port}`}`,
    why: 'A service without a process shows nothing, and two cannot listen on one port.',
    next: 'Let env hand the port on, or start one instance.',
  })
}
