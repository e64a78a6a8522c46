import type { Killable, Link, Linked, Pausable, Stoppable } from '../../lab/model/capability.ts'
import type { PartNeed, StrikablePart } from '../../lab/model/fault-form.ts'

type Process = Killable & Pausable & Stoppable & Linked

/** Whether a part has all of these, whatever they are. */
export const has = (part: StrikablePart, ...members: readonly string[]): boolean =>
  members.every(member => member in part && Reflect.get(part, member) !== undefined)

export const links: PartNeed<Linked> = {
  says: 'links',
  is: (part): part is Linked => has(part, 'links') && linksOf(part).length > 0,
}

/** Parts all of whose links speak this protocol. */
export function linksOver(protocol: Link['protocol']): PartNeed<Linked> {
  return {
    says: `links that speak ${protocol}`,
    is: (part): part is Linked =>
      links.is(part) && part.links.every(link => link.protocol === protocol),
  }
}

export const aProcess: PartNeed<Process> = {
  says: 'a process',
  is: (part): part is Process => has(part, 'kill', 'stop', 'pause', 'undoKill', 'undoPause'),
}

function linksOf(part: StrikablePart): readonly unknown[] {
  const found: unknown = Reflect.get(part, 'links')
  return Array.isArray(found) ? found : []
}
