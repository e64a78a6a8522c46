import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { print } from '../lab/base/print.ts'
import { managers } from './managers.ts'
import { readRootManifest, root } from './root-manifest.ts'
import { type Ended, runToEnd } from './run-to-end.ts'
import { scratch } from './scratch.ts'

/**
 * `pnpm package:test`: builds and packs the package, installs it in empty folders as users do, and uses it
 * there with plain Node: under Vitest a package that plain Node refuses may look well.
 */
const dist = join(root, 'dist')
const { exports } = await readRootManifest()
const entries = Object.keys(exports).map(entry => entry.replace('.', 'resilience-lab'))
const counted = { passed: 0, failed: 0 }

await using workshop = await scratch()
const { folder } = workshop
await demand('it is built', runToEnd([process.execPath, 'packaging/build.ts'], root))
await demand('it is packed', runToEnd(['npm', 'pack', '--pack-destination', folder], dist))
const tarball = join(folder, `resilience-lab-${(await readRootManifest()).version}.tgz`)
const node22 = await pathOfNode22()

for (const { name, add } of managers) {
  const project = join(folder, name)
  await mkdir(project)
  await cp(join(root, 'packaging/project'), project, { recursive: true })
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  // Vite is a peer of Vitest, which yarn leaves to the project.
  const packages = [tarball, '@types/node@24', 'vitest@5.1.1', 'vite@8.3.8']
  const installed = await demand(`${name} installs it`, runToEnd(add(packages), project))
  if (!installed) continue
  for (const node of [process.execPath, node22]) {
    await imports(name, node, project)
    await experiments(name, node, project)
  }
  await demand(
    `${name}: init writes files`,
    runToEnd(labOf(process.execPath, 'init', '--yes'), project),
  )
  for (const resolution of ['nodenext', 'bundler']) await types(name, resolution, project)
}

print(process.stdout, `${counted.passed} passed, ${counted.failed} failed`)
process.exitCode = counted.failed === 0 ? 0 : 1

async function imports(manager: string, node: string, cwd: string): Promise<void> {
  for (const entry of entries) {
    // Vitest's entry makes tests, which only a run of Vitest may.
    const code =
      entry === 'resilience-lab/vitest'
        ? `import.meta.resolve('${entry}')`
        : `if (Object.keys(await import('${entry}')).length < 1) throw new Error('empty')`
    const ended = runToEnd([node, '--input-type=module', '--eval', code], cwd)
    await demand(`${manager}, ${nameOf(node)}: ${entry} is imported`, ended)
  }
}

/** The service loses what it confirmed, and then does not: the first run must be broken, the second not. */
async function experiments(manager: string, node: string, cwd: string): Promise<void> {
  const run = (mended: string) =>
    runToEnd(labOf(node, 'experiment', 'experiments/notes.js', '--json'), cwd, { MENDED: mended })
  const broken = await run('no')
  count(
    `${manager}, ${nameOf(node)}: an experiment finds a lost write`,
    broken.code === 1 && /"kept"/.test(broken.stdout),
    broken,
  )
  if (manager !== 'npm') return
  const held = await run('yes')
  // A machine that is short of time is told so, and proves nothing against the package.
  const isKept = held.code === 0 || (held.code === 2 && !/"invalid"/.test(held.stdout))
  count(`${manager}, ${nameOf(node)}: the mended service is not broken`, isKept, held)
}

function labOf(node: string, ...args: readonly string[]): readonly [string, ...string[]] {
  return [node, 'node_modules/resilience-lab/lab/cli/main.js', ...args]
}

/** Of a file that uses each entry, and of those that `init` has written. */
async function types(manager: string, resolution: string, cwd: string): Promise<void> {
  const tsc = join(root, 'node_modules/.bin/tsc')
  const module = resolution === 'bundler' ? 'esnext' : resolution
  const flags = ['--noEmit', '--strict', '--module', module, '--moduleResolution', resolution]
  const target = ['--target', 'es2024', '--lib', 'es2024,esnext.disposable', '--types', 'node']
  const written = ['target.ts', 'resilience.test.ts', 'experiments/instance-killed.ts']
  const files = ['typed.ts', ...written.map(file => `resilience/${file}`)]
  const all = [...flags, '--allowImportingTsExtensions', ...target, ...files]
  const ended = runToEnd([tsc, ...all], cwd)
  await demand(`${manager}: the types are right for ${resolution}`, ended)
}

async function demand(what: string, ending: Promise<Ended>): Promise<boolean> {
  const ended = await ending
  count(what, ended.code === 0, ended)
  return ended.code === 0
}

function count(what: string, isRight: boolean, { stdout, stderr }: Ended): void {
  counted[isRight ? 'passed' : 'failed']++
  print(process.stdout, `${isRight ? '✓' : '✗'} ${what}`)
  if (!isRight) print(process.stdout, `${stdout}\n${stderr}`.slice(-4_000))
}

/** From npm, since this machine need not have it. */
async function pathOfNode22(): Promise<string> {
  const command = ['npm', 'exec', '-y', '--package=node@22', '--', 'node', '-p'] as const
  const { stdout } = await runToEnd([...command, 'process.execPath'], folder)
  const path = stdout.trim().split('\n').at(-1) ?? ''
  await demand('there is a Node 22', runToEnd([path, '--version'], folder))
  return path
}

function nameOf(node: string): string {
  return node === node22 ? 'Node 22' : 'Node 24'
}
