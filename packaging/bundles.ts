import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import program from '../targets/runtime/build/rolldown.config.ts'
import { root } from './root-manifest.ts'

/** The proxy in one file, which starts in a third of the time (decision 134). */
export async function bundleProxy(dist: string): Promise<void> {
  const input = { proxy: join(root, 'faults/proxy/main.ts') }
  await using build = await rolldown({ platform: 'node', input, plugins: program.plugins })
  await build.write({ ...program.output, dir: join(dist, 'programs') })
}

/**
 * The checks in one file in the place of that which names them all: whoever imports the lab loads
 * one module instead of ninety. They are pure functions, so that those few which the lab itself loads by their
 * own files are no others. What they stand on stays as it is, since classes of errors must be the same.
 */
export async function bundleCheckers(dist: string): Promise<void> {
  const room = join(dist, 'lab/checkers')
  const file = join(room, 'index.js')
  const isOutside = (id: string, _: unknown, isResolved: boolean) =>
    isResolved ? !id.startsWith(`${room}/`) : !/^[./]/.test(id)
  await using build = await rolldown({ platform: 'node', input: file, external: isOutside })
  await build.write({ file, sourcemap: true })
}

/** In place of the module that takes what the report needs of ECharts: the same, with ECharts in it. */
export async function bundleEcharts(dist: string): Promise<void> {
  const input = join(root, 'lab/report/html/echarts.ts')
  await using build = await rolldown({ platform: 'node', input })
  await build.write({ file: join(dist, 'lab/report/html/echarts.js'), minify: true })
  const licences = join(dist, 'licences')
  await mkdir(licences, { recursive: true })
  for (const name of ['LICENSE', 'NOTICE']) {
    await copyFile(join(root, 'node_modules/echarts', name), join(licences, `echarts.${name}`))
  }
}
