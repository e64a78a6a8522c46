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
