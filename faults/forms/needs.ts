import type { Killable, Link, Linked, Pausable, Stoppable } from '../../lab/model/capability.ts'
import type { PartNeed, StrikablePart } from '../../lab/model/fault-form.ts'
import type { Reachable } from '../client-fault.ts'
import type { LimitedDisk } from '../disk/disk-full.ts'
import type { Misbehaving } from '../peer/misbehave.ts'
import type { LoggingPostgres } from '../postgres-server/postgres-server.ts'
import type { RedisServer } from '../redis-server/redis-server.ts'

type Process = Killable & Pausable & Stoppable & Linked

const has = (part: StrikablePart, ...members: readonly string[]): boolean =>
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

export const aRedis: PartNeed<RedisServer & Killable & Linked> = {
  says: 'a Redis server',
  is: (part): part is RedisServer & Killable & Linked => has(part, 'redis', 'host', 'port', 'kill'),
}

export const aPostgres: PartNeed<LoggingPostgres> = {
  says: 'a PostgreSQL server',
  is: (part): part is LoggingPostgres => has(part, 'postgres', 'url', 'logFile'),
}

/** What every peer of the lab can be told, as its own schema says. */
export interface PeerFault {
  readonly kind: string
  readonly delayMs?: number
  readonly status?: number
  readonly after?: boolean
}

export const aPeer: PartNeed<Misbehaving<PeerFault>> = {
  says: "somebody else's server",
  is: (part): part is Misbehaving<PeerFault> =>
    has(part, 'admin') && has(Reflect.get(part, 'admin'), 'post', 'landed', 'token'),
}

export const anEntrance: PartNeed<Reachable> = {
  says: 'where clients come in',
  is: (part): part is Reachable => has(part, 'entrance', 'url'),
}

export const aSmallDisk: PartNeed<LimitedDisk> = {
  says: 'a small disk of its own',
  is: (part): part is LimitedDisk => has(part, 'folder', 'logFile'),
}

function linksOf(part: StrikablePart): readonly unknown[] {
  const found: unknown = Reflect.get(part, 'links')
  return Array.isArray(found) ? found : []
}
