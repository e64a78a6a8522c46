import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { LabError, messageOf } from '../../lab/base/errors.ts'
import { runTool } from './run-tool.ts'
import { findUnpacked, type Unpacked, type UnpackOptions, unpack } from './unpack.ts'

/** A kind of server, and every way to come by it. */
export interface ServerKind {
  /** `Redis`, for people. */
  readonly name: string
  /** Looked for on PATH: `redis-server`. */
  readonly command: string
  /** Environment variable that names the program: `REDIS_SERVER_BIN`. */
  readonly variable: string
  /** None: the program tells its version only once it runs. */
  readonly versionArgs?: readonly string[]
  /** What another server's version says that goes by the same command: on PATH it is passed over. */
  readonly isNot?: RegExp
  /** Distribution packages to unpack, if there are any, and where the program then lies. */
  readonly packages: readonly string[]
  readonly inPackages: readonly string[]
  readonly install: { readonly apt: string; readonly homebrew: string; readonly docker: string }
}

export interface ServerProgram {
  readonly command: string
  /** To be set for it to find its libraries. */
  readonly env: Readonly<Record<string, string>>
  /** First line of what it prints of itself. */
  readonly version: string
  readonly from: string
}

/** Where servers often lie without being on an ordinary user's PATH. */
const morePaths = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

/**
 * Finds the program: as the environment variable says, on PATH, else unpacked from the packages of
 * the distribution (kept in the server cache).
 * @throws {LabError} `no-server`, with all that was tried and how to install it.
 */
export async function findServer(
  kind: ServerKind,
  options: UnpackOptions = {},
): Promise<ServerProgram> {
  const tried: string[] = []
  const found = await findHere(kind, options, tried)
  if (found) return found
  if (kind.packages.length === 0) throw noServer(kind.name, tried, kind.install)
  try {
    return await examineUnpacked(kind, await unpack(kind.command, kind.packages, options))
  } catch (cause) {
    options.signal?.throwIfAborted()
    const reason = messageOf(cause)
    tried.push(`packages ${kind.packages.join(', ')}: ${reason}`)
    throw noServer(kind.name, tried, kind.install, cause)
  }
}

/** What is on this machine already, installed or unpacked: nothing is downloaded. */
export async function findHere(
  kind: ServerKind,
  options: UnpackOptions = {},
  tried: string[] = [],
): Promise<ServerProgram | undefined> {
  const installed = await findInstalled(kind, tried)
  if (installed || kind.packages.length === 0) return installed
  const unpacked = await findUnpacked(kind.command, kind.packages, options)
  return unpacked && examineUnpacked(kind, unpacked)
}

/** As the environment variable says, else on PATH, where one that does not run is passed over. */
export async function findInstalled(
  kind: ServerKind,
  tried: string[] = [],
): Promise<ServerProgram | undefined> {
  const named = process.env[kind.variable]
  if (named) return examine(kind, named, {}, kind.variable)
  tried.push(`${kind.variable}: not set`)
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...morePaths]) {
    const command = join(folder, kind.command)
    if (!(await isExecutable(command))) continue
    const program = await examine(kind, command, {}, 'PATH').catch(messageOf)
    if (typeof program === 'string') tried.push(`${command}: does not run, ${program}`)
    else if (!kind.isNot?.test(program.version)) return program
    else tried.push(`${command}: is ${program.version}`)
  }
  tried.push(`PATH: no ${kind.command}`)
  return undefined
}

function examineUnpacked(kind: ServerKind, { file, env, folder }: Unpacked) {
  return examine(kind, file(...kind.inPackages), env, folder)
}

async function examine(
  { name, versionArgs, variable }: ServerKind,
  command: string,
  env: Readonly<Record<string, string>>,
  from: string,
): Promise<ServerProgram> {
  if (!versionArgs) return { command, env, version: '', from }
  try {
    const version = await runTool(command, versionArgs, { env, timeoutMs: 10_000 })
    return { command, env, version: version.trim().split('\n')[0] ?? '', from }
  } catch (cause) {
    throw new LabError(
      {
        code: 'server-does-not-run',
        expected: `${command} (from ${from}) to print its version`,
        found: messageOf(cause),
        why: `the system under test needs ${name}`,
        next: `set ${variable} to a program that works, or unset it`,
        cause,
      },
      'unable',
    )
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

export function noServer(
  name: string,
  tried: readonly string[],
  install: ServerKind['install'],
  cause?: unknown,
): LabError {
  return new LabError(
    {
      code: 'no-server',
      expected: `to find ${name} on this machine, or to unpack it`,
      found: `none, after trying\n             ${tried.join('\n             ')}`,
      why: 'the lab only hurts real servers, so this experiment cannot run here',
      next: [
        'install it in one of these ways, then start again',
        `Debian, Ubuntu:  ${install.apt}`,
        `Homebrew:        ${install.homebrew}`,
        `Docker:          ${install.docker}`,
      ].join('\n             '),
      cause,
    },
    'unable',
  )
}
