import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { GuardedProcess } from '../../lab/model/guardian.ts'
import { type Proxies, urlByLink } from '../proxy.ts'
import { readyFile } from '../ready-file.ts'
import { programFile } from '../runtime/program.ts'
import type { TestRun } from '../testing/test-run.ts'
import { Client } from './client.ts'
import { throughLinks } from './through-links.ts'

export type Role = 'api' | 'realtime' | 'worker'

const ready = z.object({ urls: z.record(z.string(), z.url()) })

/** How a process is started otherwise than all others. */
export interface Launch {
  /** Before the program's own. */
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** One process of the service, which reaches every server and is reached by links of its own. */
export interface Instance {
  readonly name: string
  readonly process: GuardedProcess
  /** Of the link to it. Throws for a role that this instance does not have. */
  url(role: Role): string
  /** A client of this instance, with no session yet. */
  client(role?: Role): Client
}

/** @param config Where servers are themselves; the instance is told where its links to them are. */
export async function spawnInstance(
  run: TestRun,
  proxies: Proxies,
  name: string,
  config: Readonly<Record<string, unknown>>,
  { nodeArgs = [], env = {} }: Launch = {},
): Promise<Instance> {
  const file = join(run.scratchFolder, `${name}.ready.json`)
  const configFile = join(run.scratchFolder, `${name}.config.json`)
  const linked = await throughLinks(proxies, name, config)
  await writeFile(configFile, JSON.stringify({ ...linked, instance: name, readyFile: file }), {
    mode: 0o600,
  })
  const process = await run.guardian.spawn({
    name,
    command: globalThis.process.execPath,
    args: [...nodeArgs, programFile('service')],
    env: { ...env, SERVICE_CONFIG: configFile },
    logFile: join(run.runFolder, `${name}.log`),
  })
  const { urls } = await readyFile(run, process, file, ready)
  const doors = new Map(await Promise.all(Object.entries(urls).map(door)))
  const url = (role: Role) => {
    const found = doors.get(role)
    if (found === undefined) throw new Error(`${name} was started without the role ${role}.`)
    return found
  }
  return { name, process, url, client: (role = 'api') => new Client(url(role)) }

  async function door([role, url]: [string, string]): Promise<[string, string]> {
    const path = { consumer: 'client', provider: `${name}.${role}`, protocol: 'tcp' } as const
    return [role, await urlByLink(proxies, path, url)]
  }
}
