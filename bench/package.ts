import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readRootManifest, root } from '../packaging/root-manifest.ts'
import { type Ended, runToEnd } from '../packaging/run-to-end.ts'
import { scratch } from '../packaging/scratch.ts'
import { machine } from './shared/machine.ts'
import { median } from './shared/median.ts'
import { options } from './shared/options.ts'
import { watchStolen } from './shared/stolen.ts'

const results = new URL('results/', import.meta.url)
/** What a team that only wants to try it should have to wait for. */
const goals = { installedMb: 60, indexMs: 150 } as const
/** What nearly every project has: times on one machine are told beside it. */
const peer = 'zod'

/**
 * `pnpm bench package [--rounds 9] [--out NAME]`: builds and packs the package, installs it with npm in an
 * empty folder, and measures there what it weighs and how long a plain Node takes to import each entry,
 * each in a Node of its own, in turns with its peer. Linux and macOS.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const { rounds, out } = options(args, { rounds: 9, out: 'package' })
  const stolen = watchStolen()
  const about = machine()
  await using place = await scratch()
  const packed = await install(place.folder)
  const { exports } = await readRootManifest()
  const entries = Object.keys(exports)
    .map(entry => entry.replace('.', 'resilience-lab'))
    // Vitest's makes tests, which only a run of Vitest may: a test of the harness counts what it loads.
    .filter(entry => entry !== 'resilience-lab/vitest')
  const weight = await weigh(join(place.folder, 'node_modules'))
  const imports = await importTimes([peer, ...entries], rounds, place.folder)
  // After what is timed: it is that of all before.
  const share = `${(100 * stolen()).toFixed(1)} % of the run`
  const found = {
    about: { ...about, 'taken by the host': share },
    rounds,
    goals,
    packedMb: packed,
    ...weight,
    imports,
  }
  const text = JSON.stringify(found, undefined, 2)
  console.log(text)
  await writeFile(new URL(`${out}.json`, results), `${text}\n`)
}

/** Resolves to the size of the tarball in MB. */
async function install(folder: string): Promise<number> {
  await demand(runToEnd([process.execPath, 'packaging/build.ts'], root))
  await demand(runToEnd(['npm', 'pack', '--pack-destination', folder], join(root, 'dist')))
  const tarball = join(folder, `resilience-lab-${(await readRootManifest()).version}.tgz`)
  await mkdir(join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline']
  await demand(runToEnd(['npm', 'install', ...quiet, tarball], folder))
  return mb((await stat(tarball)).size)
}

async function demand(ending: Promise<Ended>): Promise<void> {
  const { code, stderr } = await ending
  if (code !== 0)
    throw new Error(`expected it to end with 0, found ${code}: ${stderr.slice(-2_000)}`)
}

async function weigh(modules: string) {
  const files = await readdir(modules, { recursive: true, withFileTypes: true })
  const sizes = new Map<string, number>()
  for (const file of files.filter(one => one.isFile())) {
    const path = join(file.parentPath, file.name)
    const [first = '', second = ''] = path.slice(modules.length + 1).split('/')
    const name = first.startsWith('@') ? `${first}/${second}` : first
    sizes.set(name, (sizes.get(name) ?? 0) + (await stat(path)).size)
  }
  const heaviest = [...sizes].sort(([, a], [, b]) => b - a)
  return {
    installedMb: mb(heaviest.reduce((sum, [, size]) => sum + size, 0)),
    packages: sizes.size,
    heaviestMb: Object.fromEntries(heaviest.slice(0, 6).map(([name, size]) => [name, mb(size)])),
  }
}

const told = z.object({ ms: z.number(), cpuMs: z.number(), modules: z.number() })
type Import = z.infer<typeof told>

/** Medians, and of the rounds how many times the peer's time it takes. */
async function importTimes(names: readonly string[], rounds: number, cwd: string) {
  const all = new Map<string, Import[]>(names.map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) all.get(name)?.push(await importOnce(name, cwd))
  }
  const peers = all.get(peer) ?? []
  return Object.fromEntries(
    [...all].map(([name, taken]) => {
      const middle = (figure: (one: Import, round: number) => number) =>
        Math.round(100 * median(taken.map(figure))) / 100
      const ms = middle(one => one.ms)
      const ofPeer = middle((one, round) => one.ms / (peers[round]?.ms ?? Number.NaN))
      return [name, { ms, cpuMs: middle(one => one.cpuMs), ofPeer, modules: taken[0]?.modules }]
    }),
  )
}

/** Timed without the hook that counts, and then counted. */
async function importOnce(name: string, cwd: string): Promise<Import> {
  const timed = `const cpu = process.cpuUsage(), from = performance.now()
    await import('${name}')
    const ms = performance.now() - from, { user, system } = process.cpuUsage(cpu)
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, modules: 0 }))`
  const counted = `import { registerHooks } from 'node:module'
    let modules = 0
    registerHooks({ load: (url, context, next) => (modules++, next(url, context)) })
    await import('${name}')
    console.log(JSON.stringify({ ms: 0, cpuMs: 0, modules }))`
  const run = async (code: string) => {
    const ended = await runToEnd([process.execPath, '--input-type=module', '--eval', code], cwd)
    return told.parse(JSON.parse(ended.stdout))
  }
  const { modules } = await run(counted)
  return { ...(await run(timed)), modules }
}

function mb(bytes: number): number {
  return Math.round(bytes / 10_000) / 100
}
