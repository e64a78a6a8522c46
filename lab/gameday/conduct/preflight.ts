import { inTime } from '../../base/deadline.ts'
import { messageOf } from '../../base/errors.ts'
import type { Sample } from '../../journal/sample.ts'
import type { Fault } from '../../model/fault.ts'
import type { Context, LabSystem } from '../../model/target.ts'
import type { DayState } from '../record/day-state.ts'

const planWithinMs = 10_000

export interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
}

/** What would be struck, and what speaks against it now. */
export interface Preflight {
  readonly label: string
  readonly touches: readonly string[]
  readonly findings: readonly Finding[]
}

/** Plans the fault without making it, and holds it against the day as it is. */
export async function preflight<System extends LabSystem>(
  fault: Fault<System>,
  system: System,
  context: Context,
  day: { readonly state: DayState; readonly recent: readonly Sample[] },
): Promise<Preflight> {
  try {
    const planning = fault.plan(system, context)
    const planned = await inTime(fault.label, planWithinMs, planning, context.clock)
    const { touches, undo } = planned
    const findings = [
      flows(touches, day.recent, day.state.links),
      undoable(fault, undo !== undefined),
      steady(day.state),
      alone(touches, day.state),
    ]
    return { label: fault.label, touches, findings }
  } catch (error) {
    const refused = { what: 'it can be made here', ok: false, detail: messageOf(error) }
    return { label: fault.label, touches: [], findings: [refused] }
  }
}

/** Links that lead to a part count for it. */
export function linksOf(touched: string, links: readonly string[]): readonly string[] {
  if (links.includes(touched)) return [touched]
  return links.filter(link => {
    const [consumer = '', provider = ''] = link.split('>')
    return [consumer, provider].some(each => each === touched || each.startsWith(`${touched}.`))
  })
}

function flows(
  touches: readonly string[],
  recent: readonly Sample[],
  links: readonly string[],
): Finding {
  const what = 'traffic flows there'
  const moving = (name: string) =>
    linksOf(name, links).some(link =>
      recent.some(({ wire }) => (wire[link]?.[0] ?? 0) + (wire[link]?.[3] ?? 0) > 0),
    )
  const idle = touches.filter(name => !moving(name))
  if (touches.length === 0) return { what, ok: true, detail: 'it names nothing that it touches' }
  if (idle.length === 0) return { what, ok: true, detail: `on all ${touches.length} it touches` }
  const detail = `nothing passed ${idle.slice(0, 5).join(', ')} in the last seconds`
  return { what, ok: false, detail }
}

function undoable({ kind }: Pick<Fault, 'kind'>, undo: boolean): Finding {
  const what = 'it can be undone'
  if (kind === 'destructive')
    return { what, ok: false, detail: 'destructive: nothing brings it back' }
  if (kind === 'momentary') return { what, ok: true, detail: 'over by itself' }
  const detail = undo ? 'its undo is on disk before it strikes' : 'it does not say how'
  return { what, ok: undo, detail }
}

function steady({ steady }: DayState): Finding {
  const what = 'the steady state holds'
  const fallen = [...steady].filter(([, { held }]) => !held).map(([sentence]) => sentence)
  if (steady.size === 0) return { what, ok: false, detail: 'nothing has been measured yet' }
  if (fallen.length > 0) return { what, ok: false, detail: `not: ${fallen.join('; ')}` }
  return { what, ok: true, detail: `${steady.size} of ${steady.size}` }
}

function alone(touches: readonly string[], { inForce }: DayState): Finding {
  const what = 'nothing else is in force there'
  const others = inForce.filter(each => each.touches.some(name => touches.includes(name)))
  if (others.length === 0) return { what, ok: true, detail: 'alone' }
  return { what, ok: false, detail: others.map(({ label }) => label).join(', ') }
}
