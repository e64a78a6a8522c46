import { z } from 'zod'
import { LabError, messageOf } from '../base/errors.ts'
import { askEngine, type EngineAddress, engineAddress } from './ask-engine.ts'

/** A container engine that answers, and what it cannot do. */
export interface Engine {
  readonly address: EngineAddress
  readonly name: 'Docker' | 'Podman'
  readonly version: string
  readonly apiVersion: string
  /** Of its images: `linux/amd64`. */
  readonly platform: string
  readonly rootless: boolean
  /** Why it cannot pause, or limit, a container; undefined where it can. */
  readonly lacks: { readonly pause?: string; readonly limits?: string; readonly health?: string }
}

/** The oldest API that the lab was tried with: Docker 20.10. */
const oldestApi = [1, 41] as const

const version = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  Os: z.string(),
  Arch: z.string(),
  Components: z.array(z.object({ Name: z.string() })).default([]),
})
const info = z.object({
  SecurityOptions: z.array(z.string()).nullish(),
  CgroupDriver: z.string().default(''),
})

/**
 * Asks the engine itself: a `docker` command on PATH is none, and a socket that is missing and one that
 * may not be opened are told apart. @throws {LabError} as `unable`: `no-engine`, `engine-forbidden`,
 * `engine-silent`, `engine-too-old`.
 */
export async function findEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Engine> {
  const address = addressOf(environment)
  const ping = await askEngine(address, '/_ping').catch((error: unknown) => {
    throw unreachable(address, error)
  })
  if (ping.status !== 200) throw unreachable(address, `it answers ${ping.status} to /_ping`)
  const told = version.parse(JSON.parse((await askEngine(address, '/version')).text))
  const known = info.parse(JSON.parse((await askEngine(address, '/info')).text))
  if (isOlder(told.ApiVersion)) throw tooOld(told)
  const podman = told.Components.some(({ Name }) => /podman/i.test(Name))
  const rootless = (known.SecurityOptions ?? []).some(option => option.includes('rootless'))
  return {
    address,
    name: podman ? 'Podman' : 'Docker',
    version: told.Version,
    apiVersion: told.ApiVersion,
    platform: `${told.Os}/${told.Arch}`,
    rootless,
    lacks: lacksOf(podman, rootless && known.CgroupDriver === 'none'),
  }
}

function lacksOf(podman: boolean, withoutCgroups: boolean): Engine['lacks'] {
  const cgroups =
    'a rootless engine without cgroups (version 2 is needed) can neither pause nor limit'
  return {
    ...(withoutCgroups && { pause: cgroups, limits: cgroups }),
    ...(podman && { health: 'Podman makes health checks by timers of systemd' }),
  }
}

function addressOf(environment: Readonly<Record<string, string | undefined>>): EngineAddress {
  try {
    return engineAddress(environment)
  } catch (cause) {
    throw unable('no-engine', messageOf(cause), 'set DOCKER_HOST to unix:///path/to/docker.sock')
  }
}

function unreachable(address: EngineAddress, error: unknown): LabError {
  const place = 'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') {
    return unable('no-engine', `no socket ${place}: no engine has been started`, start)
  }
  if (code === 'ECONNREFUSED') {
    return unable('no-engine', `nobody listens on ${place}: the engine has ended`, start)
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const join = 'sudo usermod -aG docker "$USER", then log in again; or run as root'
    return unable('engine-forbidden', `an engine on ${place} that you may not talk to`, join)
  }
  return unable('engine-silent', `${place}: ${messageOf(error)}`, `see its log; ${start}`)
}

const start =
  'start Docker; on Debian or Ubuntu as root an engine of its own: eval "$(.ci/docker/engine start /tmp/lab-engine)"'

function tooOld({ Version, ApiVersion }: z.infer<typeof version>): LabError {
  const found = `version ${Version} with API ${ApiVersion}; the oldest that was tried is ${oldestApi.join('.')}`
  return unable('engine-too-old', found, 'install Docker 20.10 or newer')
}

function isOlder(apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number)
  return major < oldestApi[0] || (major === oldestApi[0] && minor < oldestApi[1])
}

function unable(code: string, found: string, next: string): LabError {
  const why = 'containers are started, hurt and removed by it'
  return new LabError(
    { code, expected: 'a container engine that answers', found, why, next },
    'unable',
  )
}
