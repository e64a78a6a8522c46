import type { Killable, Link, Linked, Pausable, Stoppable } from '../lab/model/capability.ts'

type Process = Killable & Pausable & Stoppable

/** A process that can be killed, stopped, paused, and hurt on the links by which others reach it. */
export type LinkedPart = Process & Linked

/** The same part, with the links by which it is reached. */
export function withLinks(part: Process, links: readonly Link[]): LinkedPart {
  return {
    name: part.name,
    links,
    get processId() {
      return part.processId
    },
    get undoKill() {
      return part.undoKill
    },
    get undoPause() {
      return part.undoPause
    },
    kill: () => part.kill(),
    stop: () => part.stop(),
    restart: () => part.restart(),
    pause: () => part.pause(),
    resume: () => part.resume(),
  }
}
