import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { at } from '../../model/schedule.ts'
import { sampleConclusion, sampleRun } from '../sample-run.ts'
import { verdictBlock } from '../verdict-block.ts'
import { liveView } from './live.ts'
import { frame, type LivePlan } from './live-frame.ts'
import { LiveState } from './live-state.ts'

const hole = {
  name: 'blackHole',
  label: 'blackHole(replication)',
  kind: 'lasting',
  needs: [],
} as const
const kill = { ...hole, name: 'kill', label: 'kill(redis primary)' } as const
const plan = () => Promise.reject(new Error('a drawing makes no fault'))
const traffic = (name: string) => ({
  ...{ name, perSecond: 40, clients: 8, maxInFlight: 9, giveUpMs: 9 },
  operations: () => [].values(),
  open: plan,
})
const livePlan: LivePlan = {
  name: 'redis-failover',
  seed: 4711,
  experiment: {
    title: 'A failover loses no confirmed write',
    workloads: [traffic('checkout'), traffic('chat')],
    schedule: [
      at('3s', { ...hole, plan }, { for: '6s' }),
      at('5s', { ...kill, plan }, { for: '4s', within: '500ms' }),
    ],
    steadyState: [],
  },
}

const shown = (untilMs: number, width: number) => {
  const state = new LiveState()
  for (const entry of sampleRun()) if (entry.atMs <= untilMs) state.take(entry)
  return frame(livePlan, state, untilMs, { width, colors: false })
}

/** Collects what is written, and claims to be a terminal of this width. */
function terminal(columns: number) {
  const chunks: string[] = []
  const sink = new Writable({
    decodeStrings: false,
    write: (chunk, _, done) => {
      chunks.push(String(chunk))
      done()
    },
  })
  const stdout = Object.assign(sink, { columns, rows: 30, isTTY: true })
  return { stdout, text: () => chunks.join('') }
}

describe('the live view', () => {
  test('tells phase, faults in force, those to come, and traffic', () => {
    const now = shown(10_400, 100)
    expect(now).toContain('● inject 4.0 s')
    expect(now).toMatch(/blackHole\(replication\) .* in force for 1.0 s/)
    expect(now).toMatch(/kill\(redis primary\) .* within 1.5 s/)
    expect(now).toMatch(/checkout +\d+\.\d +\d+\.\d +\d+\.\d +\d+ ms/)
  })

  test.each([20, 40, 80])('no line is longer than a terminal of %i columns', width => {
    for (const ms of [0, 5000, 12_000, 23_000]) {
      for (const line of shown(ms, width).split('\n'))
        expect(line.length).toBeLessThanOrEqual(width)
    }
  })

  test('draws on a terminal, and gives the cursor back', () => {
    const { stdout, text } = terminal(60)
    {
      using view = liveView({ stdout, isTTY: true, plan: livePlan, env: {} })
      for (const entry of sampleRun()) view.onEntry(entry)
      view.finish(sampleConclusion, 'runs/x')
    }
    const drawn = stripVTControlCharacters(text())
    expect(drawn).toContain('seed 4711  0:23')
    expect(drawn).toContain('runs/x/report.html')
    expect(text().lastIndexOf('\u001B[?25h')).toBeGreaterThanOrEqual(
      text().lastIndexOf('\u001B[?25l'),
    )
  })

  test.each([
    ['a pipe', false, {}],
    ['CI', true, { CI: 'true' }],
  ])('into %s it writes plain lines without control characters', (_, isTTY, env) => {
    const { stdout, text } = terminal(80)
    using view = liveView({ stdout, isTTY, plan: livePlan, env })
    for (const entry of sampleRun()) view.onEntry(entry)
    view.finish(sampleConclusion, 'runs/x')
    expect(text()).toMatch(/\[ {3}9\.4 s\] fault blackHole\(replication\) strikes/)
    expect(text()).toMatch(/checkout: \d+/)
    expect(text()).toBe(stripVTControlCharacters(text()))
  })
})

describe('the verdict block', () => {
  test('gives each check its reason once, and says where to read on', () => {
    const block = verdictBlock(sampleConclusion, 'runs/x', false)
    expect(block).toContain('not-restored')
    expect(block).toMatch(/✗ kept +2 lost; 403 writes/)
    expect(block).toContain('10.896 s: order-371 was confirmed and is gone')
    expect(block).toContain('pnpm experiment redis-failover --seed 4711')
  })

  test('what a service says cannot steer the terminal', () => {
    const reasons = [{ word: 'error', text: 'bad \u001B[2J thing' } as const]
    expect(verdictBlock({ ...sampleConclusion, reasons }, 'runs/x', false)).not.toContain('\u001B')
  })
})
