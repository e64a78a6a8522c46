import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { doctor, type ServerProbe } from './doctor.ts'

async function examined(probes: readonly ServerProbe[]): Promise<readonly string[]> {
  const lines: string[] = []
  await doctor({ probes, print: line => lines.push(stripVTControlCharacters(line)) })
  return lines
}

test('the doctor tells what is there, what will come on first use, and what is broken', async () => {
  const lines = await examined([
    { name: 'Here', find: async () => ({ version: '1.2', from: 'PATH' }), otherwise: '' },
    { name: 'Later', find: async () => undefined, otherwise: 'unpacked on first use' },
    { name: 'Broken', find: () => Promise.reject(new Error('it dumps core')), otherwise: '' },
  ])
  const line = (name: string) => lines.find(text => text.includes(name))
  expect(line('Here')).toMatch(/✓ Here +1\.2, from PATH/)
  expect(line('Later')).toMatch(/· Later +not here yet: unpacked on first use/)
  expect(line('Broken')).toMatch(/✗ Broken +it dumps core/)
})

test('every means that is not here comes with its reason', async () => {
  const lines = await examined([])
  const means = lines.slice(lines.findIndex(text => text.startsWith('Faults')) + 1)
  expect(means.length).toBeGreaterThanOrEqual(11)
  for (const text of means) {
    expect(text).toMatch(/^ {2}[✓✗] /)
    if (text.includes('✗')) expect(text).toMatch(/not here: \S+/)
  }
})
