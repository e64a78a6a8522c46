import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runTool } from '../run-tool.ts'
import { type Builder, currentBuild } from './current-build.ts'
import { mains, root } from './mains.ts'

const rolldown = join(root, 'node_modules/.bin/rolldown')
const config = join(import.meta.dirname, 'rolldown.config.ts')
const paths = z.array(z.string())

const builder: Builder = {
  folder: join(root, 'targets/service/node_modules/.cache/programs'),
  names: Object.keys(mains).map(name => `${name}.mjs`),
  build: async folder => {
    // As a process of its own, so that its memory is not held by whoever asked.
    await runTool(rolldown, ['--config', config, '--dir', folder])
    const sources = JSON.parse(await readFile(join(folder, 'sources.json'), 'utf8'))
    return [...paths.parse(sources), config, join(root, 'pnpm-lock.yaml')]
  },
}

let looking: Promise<string> | undefined

/**
 * The folder of the service, its peers and the proxy, each built into a few files, as teams ship
 * theirs: Node spends half of a start on finding a thousand files. Built when a source has changed
 * since the last time. Undefined where the sources are to be run: under `pnpm coverage`, which counts
 * their lines, and without the bundler, which is a development dependency.
 * @throws {Error} when the sources cannot be built.
 */
export async function builtPrograms(): Promise<string | undefined> {
  if (process.env.NODE_V8_COVERAGE !== undefined || !existsSync(rolldown)) return undefined
  looking ??= currentBuild(builder).finally(() => {
    looking = undefined
  })
  return looking
}
