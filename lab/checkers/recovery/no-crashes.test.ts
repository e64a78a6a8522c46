import { describe, expect, test } from 'vitest'
import type { Told } from '../shared/journal-of.ts'
import { sampleRun } from '../testing/sample-run.ts'
import { noCrashes } from './no-crashes.ts'

const ofApi = noCrashes({ of: /^api-/ })
const is = (step: 'ready' | 'exited', atMs: number, asked = true, log?: string): Told => {
  const own = { kind: 'process', process: 'api-1', step, asked, pid: 1, atMs } as const
  return { ...own, ...(log !== undefined && { log, code: 1 }) }
}
const wrote = (instance: string): Told => {
  const detail = { text: 'UnhandledPromiseRejection: no' }
  return { kind: 'service', instance, event: 'unhandled-error', detail, atMs: 5_000 }
}
const log = `Error: read ECONNRESET
    at Socket.emit (node:events:524:28) {
  code: 'ECONNRESET'
}

Node.js v24.0.0`

describe('a process', () => {
  test('that lives, or ends because it was asked to, is no crash', () => {
    const run = sampleRun([is('ready', 1), is('exited', 5_000), is('ready', 6_000)])
    expect(ofApi.check(run)).toMatchObject({ word: 'valid', figures: { processes: 1 } })
  })

  test('that ends by itself is, and its log says why', () => {
    const finding = ofApi.check(sampleRun([is('ready', 1), is('exited', 15_000, false, log)]))
    expect(finding).toMatchObject({ word: 'invalid', figures: { crashed: 1 } })
    expect(finding.story).toContain('Error: read ECONNRESET')
  })

  test('of whose log only the end is there says at least the code of its error', () => {
    const end = log.split('\n').slice(1).join('\n')
    const finding = ofApi.check(sampleRun([is('ready', 1), is('exited', 15_000, false, end)]))
    expect(finding.story).toContain("of an error: code: 'ECONNRESET'")
  })

  test('that a strike may end is not, until a moment after it was healed', () => {
    const end = (atMs: number) =>
      ofApi.check(sampleRun([is('ready', 1), is('exited', atMs, false)]))
    expect(end(5_000).word).toBe('valid')
    expect(end(10_900).word).toBe('valid')
    expect(end(11_100).word).toBe('invalid')
  })

  test('that writes of an error that nobody handled is found, and another one is not', () => {
    expect(ofApi.check(sampleRun([is('ready', 1), wrote('api-1')]))).toMatchObject({
      ...{ word: 'invalid', figures: { unhandled: 1 } },
      witness: { what: expect.stringContaining('UnhandledPromiseRejection') },
    })
    expect(ofApi.check(sampleRun([is('ready', 1), wrote('worker-1')])).word).toBe('valid')
  })

  test('of which nothing is known shows nothing', () => {
    expect(ofApi.check(sampleRun()).word).toBe('unknown')
  })
})
