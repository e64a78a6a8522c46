import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { GuardedProcess } from '../lab/model/guardian.ts'
import type { Context } from '../lab/model/target.ts'
import type { Address } from './proxy.ts'
import { readyFile } from './ready-file.ts'
import { sourceOf } from './runtime/program.ts'

const ready = z.object({ urls: z.object({ api: z.url(), realtime: z.url() }) })

/** One process of the service under test, with the roles api and realtime. */
export interface ServiceInstance {
  readonly name: string
  readonly process: GuardedProcess
  readonly logFile: string
  readonly api: Address
  readonly realtime: Address
}

/** What an instance is told of the world: addresses of links, never of servers. */
export interface ServiceConfig {
  readonly postgres: { readonly url: string }
  readonly redis: {
    readonly sentinels: readonly Address[]
    readonly name: string
    /** `ip:port` as Redis announces it → this instance's own link to that node. */
    readonly natMap: Readonly<Record<string, Address>>
    readonly confirmReplicas: number
  }
}

export async function startInstance(
  context: Context,
  name: string,
  config: ServiceConfig,
): Promise<ServiceInstance> {
  const file = join(context.scratchFolder, `${name}.ready.json`)
  const configFile = join(context.scratchFolder, `${name}.config.json`)
  const { defencesOff } = context
  const roles = ['api', 'realtime']
  const environment = 'test'
  const all = { environment, instance: name, roles, readyFile: file, defencesOff, ...config }
  await writeFile(configFile, JSON.stringify(all, undefined, 2), { mode: 0o600 })
  const logFile = join(context.runFolder, `${name}.log`)
  const process = await context.guardian.spawn({
    name,
    command: globalThis.process.execPath,
    args: [sourceOf('service')],
    env: { SERVICE_CONFIG: configFile, NODE_ENV: 'production' },
    logFile,
  })
  const { urls } = await readyFile(context, process, file, ready)
  return { name, process, logFile, api: addressOf(urls.api), realtime: addressOf(urls.realtime) }
}

function addressOf(url: string): Address {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
