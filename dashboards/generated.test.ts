import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allMetrics } from './all-metrics.ts'
import { generated } from './generated.ts'

const root = join(import.meta.dirname, '..')

test('what is generated is as the lists say: else run pnpm dashboards', async () => {
  for (const [file, content] of Object.entries(await generated())) {
    expect(await readFile(join(root, file), 'utf8'), file).toBe(content)
  }
})

test('every metric has a name of the field, a unit, and a meaning', () => {
  for (const metric of Object.values(allMetrics()).flat()) {
    expect(metric.name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(metric.unit, metric.name).not.toBe('')
    expect(metric.help, metric.name).not.toBe('')
    // Node's own are called as prom-client calls them.
    if (metric.name.startsWith('nodejs_')) continue
    expect(metric.name.endsWith('_total'), metric.name).toBe(metric.type === 'counter')
    const inName = /_(seconds|bytes)(_total)?$/.exec(metric.name)?.[1]
    if (inName && !/_time_seconds$/.test(metric.name)) expect(metric.unit).toBe(inName)
    if (['seconds', 'bytes'].includes(metric.unit)) expect(inName, metric.name).toBe(metric.unit)
  }
})
