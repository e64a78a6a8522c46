import { z } from 'zod'

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/g
const room = /room-(\d+)/g
const line = z.looseObject({
  kind: z.string(),
  op: z.number().optional(),
  client: z.number().optional(),
  connection: z.number().optional(),
})
/** More than a run has of operations, clients or connections. */
const apart = 100_000

/**
 * The lines of a run's journal with its traffic so many times as if as many crowds had used the one
 * system: each with operations, clients, ids, channels and connections of its own. At the wire the
 * others are seen in calm weather only, so that a breaker lets no more through than it did. Its checks
 * say of it what they said of the one.
 */
export function* multiply(lines: readonly string[], least: number): Generator<string> {
  const from = lines.findIndex(text => text.includes('"kind":"phase","phase":"inject"'))
  const to = lines.findLastIndex(text => text.includes('"event":"breaker"'))
  const many = lines.map((text, place) => isOfCrowd(text, place < from || place > to))
  const ofCrowd = many.filter(Boolean).length
  const times = Math.ceil((least - lines.length + ofCrowd) / ofCrowd)
  let index = 0
  for (const [place, text] of lines.entries()) {
    for (let copy = 0; copy < (many[place] ? times : 1); copy++) {
      yield JSON.stringify({ ...ofCopy(text, copy), index: index++ })
    }
  }
}

function isOfCrowd(text: string, isCalm: boolean): boolean {
  const { kind } = line.parse(JSON.parse(text))
  return ['invoke', 'complete', 'observed'].includes(kind) || (kind === 'wire' && isCalm)
}

function ofCopy(text: string, copy: number): z.infer<typeof line> {
  if (copy === 0) return line.parse(JSON.parse(text))
  const head = copy.toString(16).padStart(8, '0')
  const other = text
    .replace(uuid, (_all, tail: string) => head + tail)
    .replace(room, (_all, number: string) => `room-${number}-${copy}`)
  const parsed = line.parse(JSON.parse(other))
  const { op, client, connection } = parsed
  return {
    ...parsed,
    ...(op !== undefined && { op: op + copy * apart }),
    ...(client !== undefined && { client: client + copy * apart }),
    ...(connection !== undefined && { connection: connection + copy * apart }),
  }
}
