import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { print } from '../../base/print.ts'
import { compose } from '../../containers/compose.ts'
import { findEngine } from '../../containers/engine.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { collect } from '../support/options.ts'

const file = 'docker-compose.chaos.yml'
const project = 'resilience-lab'
const waitSeconds = 300

const secretNames = ['LAB_PASSWORD', 'LAB_SIGNING_KEY', 'LAB_PEER_KEY', 'LAB_PROXY_TOKEN']

/** `up`, `down` and `status` of the composed system, `docker-compose.chaos.yml`. */
export function addComposeCommands(program: Command): void {
  program
    .command('up')
    .description('start the composed system for a game day, and wait until all of it is healthy')
    .option('--profile <name>', 'further services: grafana (repeatable)', collect, [])
    .action(async ({ profile }: { profile: readonly string[] }) => {
      const profiles = profile.flatMap(name => ['--profile', name])
      const wait = ['up', '--detach', '--wait', '--wait-timeout', `${waitSeconds}`]
      await withCompose(['-f', file, ...profiles, ...wait], await secrets())
      await tellStatus()
    })
  program
    .command('down')
    .description('stop the composed system, and remove its containers, networks and volumes')
    // By its name: neither the file nor its variables are needed.
    .action(async () => {
      await withCompose(['-p', project, 'down', '--volumes', '--remove-orphans'], {})
    })
  program
    .command('status')
    .description('what of the composed system runs, and how well')
    .action(tellStatus)
}

async function withCompose(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  await findEngine()
  using interrupts = catchInterrupts()
  const progress = (line: string) => print(process.stderr, line)
  return compose(args, { environment, signal: interrupts.signal, progress })
}

const container = z.object({
  Service: z.string(),
  State: z.string(),
  Health: z.string(),
  Publishers: z
    .array(z.object({ URL: z.string(), PublishedPort: z.int(), TargetPort: z.int() }))
    .nullish(),
})

async function tellStatus(): Promise<void> {
  const text = await withCompose(['-p', project, 'ps', '--all', '--format', 'json'], {})
  const lines = text.split('\n').filter(line => line.trim() !== '')
  if (lines.length === 0) return print(process.stdout, 'Nothing of it runs: pnpm lab up starts it.')
  for (const line of lines) {
    const { Service, State, Health, Publishers } = container.parse(JSON.parse(line))
    const published = (Publishers ?? []).filter(({ PublishedPort }) => PublishedPort > 0)
    const ports = published.map(port => `${port.URL}:${port.PublishedPort}→${port.TargetPort}`)
    print(process.stdout, [Service.padEnd(12), (Health || State).padEnd(10), ...ports].join(' '))
  }
}

/** Made once and kept, so that `up` again changes nothing; for the owner's eyes. */
async function secrets(): Promise<Readonly<Record<string, string>>> {
  const folder = join(process.cwd(), '.lab')
  const path = join(folder, 'composed.json')
  const known = await readFile(path, 'utf8').catch(() => undefined)
  if (known !== undefined) return z.record(z.string(), z.string()).parse(JSON.parse(known))
  const made = Object.fromEntries(
    secretNames.map(name => [name, randomBytes(24).toString('hex')] as const),
  )
  await mkdir(folder, { recursive: true })
  await writeFile(path, JSON.stringify(made), { mode: 0o600 })
  return made
}
