import type { Random } from '../../base/random.ts'
import type { Told } from '../shared/journal-of.ts'
import { operation, sampleRun } from '../testing/sample-run.ts'
import { outcome } from './outcome.ts'
import { isLikely, type Simulated } from './simulated.ts'

export const outboxBugs = [
  'loses',
  'doubles',
  'reorders',
  'announces-refused',
  'misroutes',
] as const
export type OutboxBug = (typeof outboxBugs)[number]

const channel = 'a'

/**
 * An outbox that announces each committed change to all subscribers, once and in order, whatever
 * dies; what was rolled back is never announced; of a change whose answer was lost either may be
 * true.
 */
export function simulatedOutbox(bug: OutboxBug | 'none', random: Random): Simulated {
  const clients = Array.from({ length: random.integer(2, 3) }, (_, client) => client)
  const told: Told[] = clients.flatMap(client =>
    ['a', 'b'].map(name => observed(client, 'subscribed', { channel: name }, 1)),
  )
  let [shown, seq] = [false, 0]
  const count = random.integer(4, 12)
  for (let op = 0; op < count; op++) {
    const end = random.pick(['ok', 'ok', 'ok', 'info', 'fail'] as const)
    const id = `m${op}`
    const atMs = 1_000 + op * 1_000
    const answer = outcome(end, { id, channel })
    told.push(...operation({ op, client: 9, f: 'send', input: { id }, outcome: answer, atMs }))
    const acts = bug !== 'none' && isLikely(random, 0.2)
    const isIn = end === 'ok' || (end === 'info' && isLikely(random, 0.5))
    if (!isIn && !(acts && bug === 'announces-refused' && end === 'fail')) continue
    shown ||= !isIn
    seq++
    for (const client of clients) {
      const wrong = acts && isIn && client === 0
      const frame = { channel, id, seq }
      const frames = wrong ? wrongly(bug, frame) : [frame]
      shown ||= wrong && bug !== 'announces-refused'
      frames.forEach((each, n) => {
        told.push(observed(client, 'frame', each, atMs + 100 + client * 10 + n))
      })
    }
  }
  return { journal: sampleRun(told), shown }
}

interface Frame {
  readonly channel: string
  readonly id: string
  readonly seq: number
}

/** What one subscriber sees of a message that the bug is at work on. */
function wrongly(bug: OutboxBug | 'none', frame: Frame): readonly Frame[] {
  if (bug === 'loses') return []
  if (bug === 'doubles') return [frame, frame]
  if (bug === 'reorders') return [{ ...frame, seq: frame.seq - 1 }]
  return [bug === 'misroutes' ? { ...frame, channel: 'b' } : frame]
}

function observed(client: number, what: string, value: object, atMs: number): Told {
  return { kind: 'observed', workload: 'w', client, what, value: { ...value }, atMs }
}
