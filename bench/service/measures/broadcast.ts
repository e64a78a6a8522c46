import { randomUUID } from 'node:crypto'
import { measured, residentOf } from '../cpu.ts'
import { startChild } from '../load/child.ts'
import { broadcast, closed, opened } from '../load/sockets-plan.ts'
import type { Curve, Goal, Measure, Stretch } from '../measure.ts'
import type { System } from '../system.ts'

/** With so many connections a message is that many deliveries, so there are fewer messages. */
const sizes = [
  { count: 50, messages: 100, perSecond: 20 },
  { count: 1_000, messages: 20, perSecond: 4 },
  { count: 10_000, messages: 5, perSecond: 0.5 },
]
const giveUpMs = 20_000

/**
 * One says something, all hear it: how soon, on both realtime processes, and what a connection
 * keeps in memory there (what both have grown by, shared out).
 * Scenarios: WS-06, LOD-06
 */
export const measure: Measure = {
  name: 'broadcast',
  scenario: 'WS-06',
  goals: [
    ...sizes.flatMap(({ count }): Goal[] => [
      { figure: `open${count}`, title: `${count} sockets: open`, unit: '', atLeast: count },
      { figure: `p50${count}`, title: `${count} sockets: broadcast heard, p50`, unit: 'ms' },
      { figure: `p99${count}`, title: `${count} sockets: broadcast heard, p99`, unit: 'ms' },
      { figure: `max${count}`, title: `${count} sockets: broadcast heard by the last`, unit: 'ms' },
      {
        figure: `lost${count}`,
        title: `${count} sockets: not heard once and in order`,
        unit: '%',
        atMost: 0,
        isOwn: true,
      },
      { figure: `memory${count}`, title: `${count} sockets: memory of each`, unit: 'KB' },
    ]),
    { scenario: 'LOD-06', figure: 'setUp50', title: 'set-up of 50 sockets', unit: 's', atMost: 10 },
    {
      scenario: 'LOD-06',
      figure: 'all50',
      title: 'broadcast over 50, all in all',
      unit: 's',
      atMost: 30,
    },
    {
      scenario: 'LOD-06',
      figure: 'cleanUp50',
      title: 'clean-up of 50 sockets',
      unit: 's',
      atMost: 5,
    },
  ],
  run: async system => {
    const stretches: Stretch[] = []
    const emptyKb = await residentOf(system.parts, 'service: realtime')
    for (const size of sizes) stretches.push(await round(system, size, emptyKb))
    return { stretches, curves: ['p50', 'p99', 'max'].map(name => curve(name, stretches)) }
  },
}

async function round(
  system: System,
  { count, messages, perSecond }: (typeof sizes)[number],
  emptyKb: number,
): Promise<Stretch> {
  await using child = startChild('sockets.ts')
  const parts = [...system.parts, { name: 'load generator', pids: [child.pid] }]
  const connections = Math.min(count, system.connections)
  const channel = `bench-${randomUUID()}`
  const doors = system.doors
  const up = opened.parse(await child.tell({ kind: 'open', doors, connections, channel }))
  const grownKb = (await residentOf(system.parts, 'service: realtime')) - emptyKb
  const order = { kind: 'broadcast', messages, perSecond, giveUpMs }
  const { result, usage } = await measured(parts, () => child.tell(order))
  const { expected, received, wrong, seconds, latency } = broadcast.parse(result)
  const down = closed.parse(await child.tell({ kind: 'close' }))
  return {
    figures: {
      [`open${count}`]: up.open,
      [`p50${count}`]: latency.p50Ms,
      [`p99${count}`]: latency.p99Ms,
      [`max${count}`]: latency.maxMs,
      [`lost${count}`]: (100 * (expected - received + wrong)) / expected,
      [`memory${count}`]: grownKb / up.open,
      [`setUp${count}`]: up.seconds,
      [`all${count}`]: up.seconds + seconds + down.seconds,
      [`cleanUp${count}`]: down.seconds,
    },
    usage,
  }
}

function curve(name: string, stretches: readonly Stretch[]): Curve {
  return {
    plot: 'Broadcast over web sockets',
    x: 'sockets',
    y: 'ms',
    name,
    points: sizes.map(({ count }, index) => [
      count,
      stretches[index]?.figures[`${name}${count}`] ?? Number.NaN,
    ]),
  }
}
